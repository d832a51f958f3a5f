//! The hosts that a response may go to: settings add hosts, and one setting excludes AWS's.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Rig, RigOptions, error, response};

const STEPS: [&str; 3] = ["create", "update", "delete"];

/// The sample events name S3, and so does the event of a real stack.
#[tokio::test]
async fn a_function_outside_of_aws_sends_nothing_to_aws() {
    // A rig excludes AWS's hosts, and its settings cannot change that.
    let variables = [("RESPONSE_URL_ALLOW_AWS", "true"), ("RESPONSE_URL_HOSTS", "b.s3.amazonaws.com")];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
    for url in [
        "https://cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com/a?X-Amz-Signature=x",
        "HTTPS://b.s3.amazonaws.com/a?X-Amz-Signature=x",
    ] {
        for step in STEPS {
            let mut event = rig.sample(&format!("cloudformation-{step}"));
            event["ResponseURL"] = json!(url);
            let (error_type, message) = error(rig.invoke(event.to_string()).await);
            assert_eq!(error_type, "InvalidRequest");
            assert!(message.contains("is AWS's, which RESPONSE_URL_ALLOW_AWS excludes"), "{message}");
            assert!(!message.contains("X-Amz"), "{message}");
        }
    }
    assert!(rig.service.calls().is_empty());
}

/// An emulator of CloudFormation answers over plain http under a name that is not on loopback for the function. 0.0.0.0
/// is such a name that needs no resolver.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn plain_http_goes_to_a_host_that_a_setting_names_with_its_scheme() {
    let emulator = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = emulator.local_addr().unwrap().port();
    let url = format!("http://0.0.0.0:{port}/_emulator/cfn-response/7?x=%2F");
    for (hosts, is_sent) in [
        (format!("http://0.0.0.0:{port}"), true),
        (format!("0.0.0.0:{port}"), false),
        ("127.0.0.1".to_owned(), false),
    ] {
        let variables = [("RESPONSE_URL_HOSTS", hosts.as_str())];
        let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
        let mut event = rig.sample("cloudformation-create");
        event["ResponseURL"] = json!(url);
        let invoked = rig.invoke(event.to_string());
        if !is_sent {
            let (error_type, message) = error(invoked.await);
            assert_eq!(error_type, "InvalidRequest");
            let remedy = format!("ResponseURL: not https; add http://0.0.0.0:{port} to RESPONSE_URL_HOSTS");
            assert!(message.contains(&remedy), "{message}");
            continue;
        }
        let emulator = emulator.clone();
        let served = tokio::spawn(async move {
            let (mut stream, _) = emulator.accept().await.unwrap();
            let mut received = String::new();
            while !received.ends_with('}') {
                let mut bytes = [0; 4_096];
                let length = stream.read(&mut bytes).await.unwrap();
                assert!(length > 0, "{received}");
                received += std::str::from_utf8(&bytes[..length]).unwrap();
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            (stream, received)
        });
        assert_eq!(response(invoked.await)["Status"], "SUCCESS");
        let (_stream, received) = served.await.unwrap();
        assert!(received.starts_with("PUT /_emulator/cfn-response/7?x=%2F HTTP/1.1\r\n"), "{received}");
    }
}
