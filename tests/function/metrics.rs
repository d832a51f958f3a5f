//! Each request is counted once, in CloudWatch's embedded metric format, and X-Ray's trace goes along; through the
//! spawned function.

use emulator::greengrass::{Operation, Outcome};
use serde_json::{Value, json};

use crate::support::{Rig, RigOptions, error, on_all, request, response};

const TRACE: &str = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0";
const UNITS: [&str; 2] = ["Count", "Milliseconds"];

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

/// The metrics of a line as CloudWatch takes them: name, value and the values of the dimensions.
fn taken(line: &Value) -> Vec<(String, f64, Vec<String>)> {
    assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000, "milliseconds: {line}");
    let mut taken = Vec::new();
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        assert_eq!(directive["Namespace"], "fleet/line-7");
        for dimensions in directive["Dimensions"].as_array().unwrap() {
            let value = |name: &Value| line[name.as_str().unwrap()].as_str().unwrap().to_owned();
            let dimensions: Vec<String> = dimensions.as_array().unwrap().iter().map(value).collect();
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(UNITS.contains(&metric["Unit"].as_str().unwrap()), "{metric}");
                let name = metric["Name"].as_str().unwrap();
                taken.push((name.to_owned(), line[name].as_f64().unwrap(), dimensions.clone()));
            }
        }
    }
    taken
}

#[tokio::test]
async fn each_request_is_counted_once_by_how_it_ended() {
    let variables = [
        ("METRICS_NAMESPACE", "fleet/line-7"),
        ("AWS_LAMBDA_FUNCTION_NAME", "versions"),
        ("IDEMPOTENCY", "latest"),
    ];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    response(rig.invoke(request().to_string()).await);
    response(rig.invoke(request().to_string()).await);
    response(rig.invoke(json!({ "tf": { "action": "delete" } }).to_string()).await);
    error(rig.invoke("{}").await);
    error(rig.invoke("no JSON").await);
    response(rig.invoke(rig.sample("sqs").to_string()).await);
    let mut failing = rig.sample("cloudformation-create");
    failing["ResourceProperties"]["Connectors"] = Value::Null;
    response(rig.invoke(failing.to_string()).await);
    let refused =
        Outcome::Status { status: 403, code: Some("AccessDeniedException".into()), body: String::new() };
    rig.service.add_fault(on_all(refused));
    error(rig.invoke(request().to_string()).await);

    let log = rig.stop().await;
    let lines: Vec<Value> = lines(&log).into_iter().filter(|line| line.get("_aws").is_some()).collect();
    let mut counted = Vec::new();
    for line in &lines {
        let metrics = taken(line);
        assert_eq!(metrics[1].0, "Duration");
        assert!(metrics[1].1 >= 0.0);
        assert!(metrics.iter().all(|(_, _, dimensions)| dimensions[0] == "versions"), "{line}");
        assert!(
            line["requestId"].is_string() && line["timestamp"].as_str().unwrap().ends_with('Z'),
            "{line}"
        );
        let errors = metrics[2..].iter().map(|(name, count, dimensions)| {
            assert_eq!((name.as_str(), *count, line["level"].as_str()), ("Errors", 1.0, Some("ERROR")));
            dimensions[1].clone()
        });
        counted.push((metrics[0].0.clone(), metrics[0].1, errors.collect::<Vec<_>>()));
    }
    let one = |name: &str, errors: &[&str]| {
        (name.to_owned(), 1.0, errors.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        counted,
        [
            one("Created", &[]),
            one("Existing", &[]),
            one("Deleted", &[]),
            one("Rejected", &["InvalidRequest"]),
            one("Rejected", &["InvalidRequest"]),
            // The messages of a batch, each by itself.
            one("Created", &[]),
            one("Created", &[]),
            one("Created", &[]),
            // A stack that was told FAILED.
            one("Rejected", &["InvalidRequest"]),
            one("Failed", &["AccessDenied"]),
        ]
    );
}

#[tokio::test]
async fn without_a_namespace_nothing_is_counted() {
    let rig = Rig::start().await;
    response(rig.invoke(request().to_string()).await);
    assert!(!rig.stop().await.contains("_aws"));
}

#[tokio::test]
async fn the_trace_goes_to_greengrass_and_into_the_log() {
    let variables = [("AWS_LAMBDA_FUNCTION_NAME", "versions")];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    response(rig.invoke(request().to_string()).await);
    error(rig.invoke("{}").await);
    let create = &rig.calls(Operation::CreateConnectorDefinitionVersion)[0];
    assert_eq!(create.trace.as_deref(), Some(TRACE));
    let traces: Vec<Value> =
        lines(&rig.stop().await).iter().map(|line| line["xrayTraceId"].clone()).collect();
    assert_eq!(
        traces,
        [json!("1-5bef4de7-ad49b0e87f6ef6c87fc2e700"), json!("1-5bef4de7-ad49b0e87f6ef6c87fc2e700")]
    );
}

/// The text block of the template after a line, without its indentation.
fn block<'a>(template: &'a str, after: &str) -> Vec<&'a str> {
    let (_, rest) = template.split_once(after).unwrap();
    let indent = rest.len() - rest.trim_start_matches(' ').len();
    rest.lines()
        .map_while(|line| line.split_at_checked(indent))
        .map_while(|(indent, line)| indent.trim().is_empty().then_some(line))
        .collect()
}

/// Namespace and name of each metric of a dashboard.
fn shown(dashboard: &Value) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for widget in dashboard["widgets"].as_array().unwrap() {
        let metrics = widget["properties"]["metrics"].as_array().into_iter().flatten();
        let mut last = (String::new(), String::new());
        for metric in metrics.filter(|metric| metric[0].is_string() && metric[0] != "...") {
            if metric[0] != "." {
                last.0 = metric[0].as_str().unwrap().to_owned();
            }
            last.1 = metric[1].as_str().unwrap().to_owned();
            shown.push(last.clone());
        }
    }
    shown
}

/// CloudFormation does not look into it: the dashboard is JSON with and without metrics of the function, and shows metrics
/// that exist. CloudWatch rejects an empty namespace.
#[test]
fn the_dashboard_shows_metrics_that_there_are() {
    let template = std::fs::read_to_string(format!("{}/template.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let body = block(&template, "DashboardBody: !Sub\n        - |\n").join("\n");
    let (_, choice) = template.split_once("- RequestWidgets: !If\n            - HasMetrics\n").unwrap();
    let requests = block(choice, "- !Sub |-\n").join("\n");
    assert!(choice.contains("            - \"\"\n"), "no widgets without a namespace");

    let dashboard = |widgets: &str| -> Value {
        assert_eq!(body.matches("${RequestWidgets}").count(), 1, "{body}");
        serde_json::from_str(&body.replace("${RequestWidgets}", widgets)).unwrap()
    };
    let (with, without) = (dashboard(&requests), dashboard(""));
    assert!(!without.to_string().contains("MetricsNamespace"), "{without}");
    let of_aws = |(namespace, _): &(String, String)| ["AWS/Lambda", "AWS/SQS"].contains(&namespace.as_str());
    assert!(shown(&without).iter().all(of_aws), "{without}");
    assert_eq!(with["widgets"].as_array().unwrap().len(), without["widgets"].as_array().unwrap().len() + 3);
    let names: Vec<String> = shown(&with)
        .into_iter()
        .filter(|metric| metric.0 == "${MetricsNamespace}")
        .map(|metric| metric.1)
        .collect();
    assert_eq!(names, ["Created", "Existing", "Deleted", "Rejected", "Throttled", "Failed", "Duration"]);

    // No widget lies on another.
    let place = |widget: &Value| ["x", "y", "width", "height"].map(|name| widget[name].as_u64().unwrap());
    let places: Vec<_> = with["widgets"].as_array().unwrap().iter().map(place).collect();
    for (index, [x, y, width, height]) in places.iter().enumerate() {
        for [other_x, other_y, other_width, other_height] in &places[index + 1..] {
            let is_apart = x + width <= *other_x || other_x + other_width <= *x;
            assert!(is_apart || y + height <= *other_y || other_y + other_height <= *y, "{places:?}");
        }
    }
    for alarm in ["FailedRequestsAlarm:", "ThrottledRequestsAlarm:"] {
        let (_, alarm) = template.split_once(&format!("  {alarm}\n")).unwrap();
        let name = alarm.split_once("MetricName: ").unwrap().1.lines().next().unwrap();
        assert!(names.iter().any(|there| there == name), "{name}");
        assert!(alarm.split_once("Properties:").unwrap().0.contains("Condition: HasMetrics"), "{name}");
    }
}
