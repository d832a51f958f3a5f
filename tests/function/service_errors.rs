//! The error type for each error of the service: by status, then code, then message.

use std::time::Duration;

use emulator::greengrass::{Behavior, Fault, Operation, Outcome};

use crate::support::{DEFINITION, Rig, RigOptions, error, on_create, request, response};

fn responds_with(status: u16, code: Option<&str>, body: &str) -> Fault {
    Fault {
        operation: Some(Operation::CreateConnectorDefinitionVersion),
        remaining: u32::MAX,
        apply: false,
        outcome: Outcome::Status { status, code: code.map(str::to_owned), body: body.to_owned() },
        ..Fault::default()
    }
}

fn ignoring_tokens() -> RigOptions<'static> {
    RigOptions { behavior: Behavior { honor_tokens: false, ..Behavior::default() }, ..RigOptions::default() }
}

#[tokio::test]
async fn a_final_error_is_returned_after_one_call() {
    let gateway = r#"{"message":"Missing Authentication Token"}"#;
    let table: [(u16, Option<&str>, &str, &str); 22] = [
        (
            400,
            Some("BadRequestException"),
            r#"{"Message":"no","ErrorDetails":[{"DetailedErrorCode":"X","DetailedErrorMessage":"because"}]}"#,
            "ServiceRejected",
        ),
        (400, None, r#"{"Message":"no"}"#, "ServiceRejected"),
        (400, None, "", "ServiceRejected"),
        (400, None, "<html>", "ServiceRejected"),
        (400, Some("InvalidContainerDefinitionException"), "{}", "ServiceRejected"),
        (400, Some("ExpiredTokenException"), r#"{"message":"expired"}"#, "AccessDenied"),
        (403, Some("AccessDeniedException"), r#"{"Message":"no"}"#, "AccessDenied"),
        (
            403,
            None,
            r#"{"Message":"User: x is not authorized to perform: greengrass:CreateConnectorDefinitionVersion"}"#,
            "AccessDenied",
        ),
        (403, Some("UnrecognizedClientException"), "{}", "AccessDenied"),
        (403, Some("MissingAuthenticationTokenException"), gateway, "EndpointGone"),
        (403, None, "", "EndpointGone"),
        (
            404,
            Some("IdNotFoundException"),
            r#"{"Message":"That connectors definition does not exist."}"#,
            "DefinitionNotFound",
        ),
        (404, None, r#"{"Message":"That connectors definition does not exist."}"#, "DefinitionNotFound"),
        (400, Some("BadRequestException"), r#"{"Message":"connector x does not exist"}"#, "ServiceRejected"),
        (403, Some("RequestTimeTooSkewed"), "{}", "AccessDenied"),
        (403, None, r#"{"message":"The security token included in the request is expired"}"#, "AccessDenied"),
        (403, None, r#"{"message":"Forbidden"}"#, "EndpointGone"),
        (404, Some("UnknownOperationException"), "{}", "EndpointGone"),
        (404, None, "", "EndpointGone"),
        (410, None, "", "EndpointGone"),
        (301, None, "", "EndpointGone"),
        (413, None, "", "ServiceRejected"),
    ];
    for (status, code, body, expected) in table {
        let rig = Rig::start().await;
        rig.service.add_fault(responds_with(status, code, body));
        let (error_type, message) = error(rig.invoke(request().to_string()).await);
        assert_eq!(error_type, expected, "{status} {code:?} {body}: {message}");
        assert!(message.contains("No version was created."), "{message}");
        assert!(message.contains(&format!("status {status}")), "{message}");
        assert_eq!(rig.service.calls().len(), 1, "{status} {code:?} {body}");
        assert!(rig.new_versions().is_empty());
        if expected == "EndpointGone" {
            assert!(message.contains("October 7, 2026"), "{message}");
        }
        if body.contains("because") {
            assert!(message.contains("no X because"), "{message}");
        }
    }
}

#[tokio::test]
async fn a_missing_definition_is_definition_not_found() {
    for error_types in [true, false] {
        let behavior = Behavior { include_error_types: error_types, ..Behavior::default() };
        let rig = Rig::with(RigOptions { behavior, ..RigOptions::default() }).await;
        let event = request().to_string().replace(DEFINITION, "11111111-2222-4333-8444-555555555555");
        assert_eq!(error(rig.invoke(event).await).0, "DefinitionNotFound");
        assert_eq!(rig.service.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_throttled_call_is_retried_with_or_without_a_code() {
    for (code, body) in
        [(Some("TooManyRequestsException"), "{}"), (None, r#"{"message":"Too Many Requests"}"#), (None, "")]
    {
        let rig = Rig::start().await;
        rig.service.add_fault(Fault { remaining: 2, ..responds_with(429, code, body) });
        assert_eq!(response(rig.invoke(request().to_string()).await)["Outcome"], "Created");
        assert_eq!(rig.creates(), 3, "no look-up: a 429 has no effect");
        assert_eq!(rig.service.calls().len(), 3);
        assert_eq!(rig.new_versions().len(), 1);
    }
}

#[tokio::test]
async fn a_call_that_is_throttled_until_the_deadline_is_throttled() {
    let rig = Rig::start().await;
    rig.service.add_fault(responds_with(429, None, r#"{"message":"Too Many Requests"}"#));
    let (error_type, message) = error(rig.invoke_within(request().to_string(), Duration::from_secs(2)).await);
    assert_eq!(error_type, "Throttled");
    assert!(message.contains("No version was created."), "{message}");
    assert!(rig.creates() > 1);
}

#[tokio::test]
async fn a_call_with_an_unknown_outcome_is_retried_only_after_a_lookup() {
    let status = |status| Outcome::Status { status, code: None, body: String::new() };
    for outcome in [Outcome::Reset, Outcome::Truncated, status(500), status(503), status(200), status(408)] {
        // The call took effect: the look-up finds the version.
        let rig = Rig::with(ignoring_tokens()).await;
        rig.service.add_fault(on_create(outcome.clone(), true, 1));
        let result = response(rig.invoke(request().to_string()).await);
        assert_eq!(result["Outcome"], "Existing", "{outcome:?}");
        assert_eq!(rig.new_versions(), [result["Version"].as_str().unwrap()]);
        assert_eq!(rig.creates(), 1);

        // The call had no effect: the function repeats it after the look-up.
        let rig = Rig::with(ignoring_tokens()).await;
        rig.service.add_fault(on_create(outcome.clone(), false, 1));
        let result = response(rig.invoke(request().to_string()).await);
        assert_eq!(result["Outcome"], "Created", "{outcome:?}");
        assert_eq!(rig.new_versions(), [result["Version"].as_str().unwrap()]);
        assert_eq!(rig.creates(), 2);
        assert_eq!(rig.calls(Operation::GetConnectorDefinition).len(), 1);
    }
}

#[tokio::test]
async fn a_service_that_does_not_respond_ends_in_deadline_exceeded() {
    let rig = Rig::start().await;
    rig.service.add_fault(Fault { operation: None, ..on_create(Outcome::Hang, false, u32::MAX) });
    let (error_type, message) = error(rig.invoke_within(request().to_string(), Duration::from_secs(2)).await);
    assert_eq!(error_type, "DeadlineExceeded");
    assert!(message.contains("Whether a version was created is unknown"), "{message}");
}

#[tokio::test]
async fn an_event_without_time_makes_no_call() {
    let rig = Rig::start().await;
    let (error_type, message) = error(rig.invoke_within(request().to_string(), Duration::ZERO).await);
    assert_eq!(error_type, "DeadlineExceeded");
    assert!(message.contains("No version was created."), "{message}");
    assert!(rig.service.calls().is_empty());
}

#[tokio::test]
async fn an_unreachable_endpoint_is_service_unavailable_or_gone() {
    let table = [
        ("http://127.0.0.1:1", "ServiceUnavailable"),
        ("http://greengrass.us-east-1.invalid", "ServiceUnavailable"),
    ];
    for (url, expected) in table {
        let rig = Rig::with(RigOptions {
            variables: &[("AWS_ENDPOINT_URL_GREENGRASS", url)],
            ..RigOptions::default()
        })
        .await;
        let (error_type, message) =
            error(rig.invoke_within(request().to_string(), Duration::from_secs(3)).await);
        assert_eq!(error_type, expected, "{message}");
        assert!(message.contains("No version was created."), "{message}");
    }
}

#[tokio::test]
async fn missing_credentials_are_access_denied() {
    let variables = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    let (error_type, message) = error(rig.invoke(request().to_string()).await);
    assert_eq!(error_type, "AccessDenied", "{message}");
    assert!(message.contains("no credentials"), "{message}");
    assert!(rig.service.calls().is_empty());
}

#[tokio::test]
async fn invalid_settings_fail_every_event_except_a_delete() {
    let variables =
        [("AWS_ENDPOINT_URL_GREENGRASS", "localhost:8080"), ("RESPONSE_URL_HOSTS", "127.0.0.1, http://x/y")];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    let (error_type, message) = error(rig.invoke(request().to_string()).await);
    assert_eq!(error_type, "Configuration");
    for name in ["AWS_ENDPOINT_URL_GREENGRASS: not a URL", "RESPONSE_URL_HOSTS: not a list of hosts"] {
        assert!(message.contains(name), "{message}");
    }
    response(rig.invoke(rig.sample("cloudformation-create").to_string()).await);
    response(rig.invoke(rig.sample("cloudformation-delete").to_string()).await);
    let sent = rig.responses();
    assert_eq!(sent[0]["Status"], "FAILED");
    assert!(sent[0]["Reason"].as_str().unwrap().starts_with("Configuration: "), "{}", sent[0]);
    assert_eq!(sent[1]["Status"], "SUCCESS");
}
