//! `connector-versions check`, its reports and files for it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::connector_versions;

pub fn check(arguments: &[&str]) -> Output {
    connector_versions(&[&["check"], arguments].concat()).stdin(Stdio::null()).output().unwrap()
}

/// Checks this text and then the files in `arguments`.
pub fn check_text(text: &str, arguments: &[&str]) -> Output {
    let mut process = connector_versions(&[&["check", "-"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

/// The JSON report, and the exit status.
pub fn report_on(text: &str, arguments: &[&str]) -> (Value, i32) {
    let output = check_text(text, &[&["--format", "json"], arguments].concat());
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code().unwrap())
}

/// Code, path and line of each diagnostic of the first file.
pub fn diagnostics(report: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let diagnostics = report["Files"][0]["Diagnostics"].as_array();
    let diagnostics = diagnostics.unwrap_or_else(|| panic!("not checked: {report}")).iter();
    diagnostics.map(|d| (text(&d["Code"]), text(&d["Path"]), d["Line"].as_u64().unwrap())).collect()
}

/// `CODE LINE` of each diagnostic of the first file.
pub fn findings(report: &Value) -> Vec<String> {
    diagnostics(report).into_iter().map(|(code, _, line)| format!("{code} {line}")).collect()
}

/// Messages of the first file's diagnostics.
pub fn messages(report: &Value) -> Vec<String> {
    let diagnostics = report["Files"][0]["Diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|diagnostic| diagnostic["Message"].as_str().unwrap().to_owned()).collect()
}

/// A template with one connector, whose parameters are these lines. The first one is line 9.
pub fn metrics(parameters: &str) -> String {
    let parameters: String = parameters.lines().map(|line| format!("            {line}\n")).collect();
    format!(
        "Resources:
  Metrics:
    Type: AWS::Greengrass::ConnectorDefinitionVersion
    Properties:
      ConnectorDefinitionId: !Ref Definition
      Connectors:
        - Id: metrics
          ConnectorArn: !Sub arn:${{AWS::Partition}}:greengrass:${{AWS::Region}}::/connectors/CloudWatchMetrics/versions/5
          Parameters:
{parameters}"
    )
}

pub fn expected(diagnostics: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    diagnostics.iter().map(|(code, path, line)| ((*code).to_owned(), (*path).to_owned(), *line)).collect()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A directory of this test, with these files.
pub struct Files(PathBuf);

impl Files {
    pub fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let directory = std::env::temp_dir().join(format!("check-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        let directory = Self(directory);
        for (name, text) in files {
            let path = directory.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    /// Runs `check` in the directory.
    pub fn check(&self, arguments: &[&str]) -> Output {
        let mut command = connector_versions(&[&["check"], arguments].concat());
        command.current_dir(&self.0).stdin(Stdio::null()).output().unwrap()
    }

    /// The JSON report, and the exit status.
    pub fn report(&self, arguments: &[&str]) -> (Value, i32) {
        let output = self.check(&[&["--format", "json"], arguments].concat());
        let text = stdout(&output);
        let report = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no report: {output:?}"));
        (report, output.status.code().unwrap())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
