//! What is wrong with a request, and what is only worth a remark: each with its place.

use std::fmt::{self, Write as _};

use super::code::{Code, Severity};

/// How many entries of one list are kept word for word; more are only counted, so that six megabytes of
/// hostile JSON do not become sixty of answer.
const MOST_KEPT: usize = 5_000;
/// How many remarks are: nobody reads the thousandth.
const MOST_REMARKS: usize = 1_000;

/// Place of a value, from the root of the request: `Connectors[2].Parameters.Region`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// The request itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// A member of this place. A name that is not plain is quoted, escaped and cut, since it comes from outside.
    pub fn member(&self, name: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
        let mut path = self.0.clone();
        if !name.is_empty() && name.len() <= 128 && name.chars().all(plain) {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        } else {
            path.push_str("[\"");
            path.extend(name.chars().take(64).flat_map(char::escape_default));
            path.push_str(if name.chars().nth(64).is_some() { "…\"]" } else { "\"]" });
        }
        Self(path)
    }

    /// An item of this place.
    pub fn item(&self, index: usize) -> Self {
        let mut path = self.0.clone();
        // Writing to a String cannot fail.
        let _ = write!(path, "[{index}]");
        Self(path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(the request)" } else { &self.0 })
    }
}

/// Everything that is wrong with one request.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    kept: Vec<Problem>,
    more: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The place it is about; none where there is no request to have places.
    pub path: Option<String>,
    /// What is wrong and what to write instead, for a person. Never a value.
    pub message: String,
}

impl Problems {
    /// The one problem of something that is no request at all.
    pub fn one(problem: impl Into<String>) -> Self {
        Self { kept: vec![Problem { path: None, message: problem.into() }], more: 0 }
    }

    /// Adds a problem at a place.
    pub fn add(&mut self, path: &Path, problem: impl fmt::Display) {
        self.add_at(path, problem);
    }

    /// Adds a problem at a place that was written out already.
    pub fn add_at(&mut self, path: impl fmt::Display, problem: impl fmt::Display) {
        if self.kept.len() < MOST_KEPT {
            self.kept.push(Problem { path: Some(path.to_string()), message: problem.to_string() });
        } else {
            self.more += 1;
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The problems that are kept word for word.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.kept.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.kept.len() + self.more
    }

    /// The first problems, as many as take at most this many bytes of a JSON string; the others are only counted. One
    /// is always kept.
    pub fn within(mut self, most: usize) -> Self {
        let mut taken = 0;
        let fitting = self.kept.iter().take_while(|problem| {
            taken += serde_json::to_string(&problem.to_string()).map_or(0, |json| json.len());
            taken <= most
        });
        let fitting = fitting.count().max(1);
        self.more += self.kept.len().saturating_sub(fitting);
        self.kept.truncate(fitting);
        self
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            1 => f.write_str("1 problem: ")?,
            count => write!(f, "{count} problems: ")?,
        }
        for (index, problem) in self.kept.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "; " })?;
            fmt::Display::fmt(problem, f)?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// A remark that stops nothing, unless somebody asked for mistakes to be refused.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Advice {
    /// Which remark: stable, for programs.
    pub code: Code,
    /// The place it is about.
    pub path: String,
    /// What was done or what to write instead, for a person. Never a value.
    pub message: String,
    /// Whether it is a mistake.
    #[serde(skip)]
    pub severity: Severity,
}

impl Advice {
    /// A remark on a place.
    pub fn new(code: Code, path: &Path, message: impl Into<String>) -> Self {
        Self { code, path: path.to_string(), message: message.into(), severity: code.severity() }
    }
}

/// All remarks on one request.
#[derive(Debug, Default)]
pub struct Remarks {
    kept: Vec<Advice>,
    more: usize,
}

impl Remarks {
    /// Adds a remark on a place.
    pub fn add(&mut self, code: Code, path: &Path, message: impl Into<String>) {
        self.add_as(code.severity(), code, path, || message.into());
    }

    /// Adds a remark whose text is made only if it is kept: to find what somebody may have meant takes longer than all
    /// else.
    pub fn add_lazily(&mut self, code: Code, path: &Path, message: impl FnOnce() -> String) {
        self.add_as(code.severity(), code, path, message);
    }

    /// Adds a remark that weighs more or less than its code does.
    pub fn add_as(&mut self, severity: Severity, code: Code, path: &Path, message: impl FnOnce() -> String) {
        if self.kept.len() < MOST_REMARKS {
            self.kept.push(Advice { code, path: path.to_string(), message: message(), severity });
        } else {
            self.more += 1;
        }
    }

    /// How many there are so far.
    pub fn count(&self) -> usize {
        self.kept.len() + self.more
    }

    /// The remarks as they are handed out.
    pub fn into_advice(mut self) -> Vec<Advice> {
        if self.more > 0 {
            let message = format!("{} more remarks were left out", self.more);
            self.kept.push(Advice::new(Code::More, &Path::root(), message));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_the_request() {
        let connector = Path::root().member("Connectors").item(2);
        assert_eq!(connector.member("Id").to_string(), "Connectors[2].Id");
        assert_eq!(connector.member("X-ResourceId").to_string(), "Connectors[2].X-ResourceId");
        assert_eq!(connector.member("a\nb").to_string(), r#"Connectors[2]["a\nb"]"#);
        assert_eq!(Path::root().member(&"é".repeat(65)).to_string().matches("\\u{e9}").count(), 64);
        assert_eq!(Path::root().to_string(), "(the request)");
    }

    #[test]
    fn what_is_not_kept_is_counted() {
        let mut problems = Problems::default();
        for index in 0..MOST_KEPT + 3 {
            problems.add(&Path::root().item(index), "is wrong");
        }
        assert_eq!(problems.count(), MOST_KEPT + 3);
        let text = problems.to_string();
        assert!(text.starts_with("5003 problems: [0]: is wrong; [1]: is wrong"), "{}", &text[..60]);
        assert!(text.ends_with("; and 3 more"));

        let brief = problems.clone().within(50);
        assert_eq!(
            brief.to_string(),
            "5003 problems: [0]: is wrong; [1]: is wrong; [2]: is wrong; and 5000 more"
        );
        assert_eq!(problems.within(0).iter().count(), 1);
    }
}
