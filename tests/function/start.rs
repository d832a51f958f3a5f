//! What the function does before the first event.

use emulator::greengrass::Operation;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::support::{Rig, RigOptions, error, request, response};

/// The function opens the connection to Greengrass while it starts. A failed connection does not fail the start.
#[tokio::test]
async fn a_connection_is_opened_before_the_first_event() {
    let endpoint = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", endpoint.local_addr().unwrap());
    let variables = [("AWS_ENDPOINT_URL_GREENGRASS", url.as_str())];
    let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;

    let (mut stream, _) = endpoint.accept().await.unwrap();
    const HANDSHAKE: u8 = 22;
    assert_eq!(stream.read_u8().await.unwrap(), HANDSHAKE);
    drop((stream, endpoint));

    let deleted = response(rig.invoke(rig.sample("cloudformation-delete").to_string()).await);
    assert_eq!(deleted["Status"], "SUCCESS");
    let (error_type, message) = error(rig.invoke(request().to_string()).await);
    assert_eq!(error_type, "ServiceUnavailable", "{message}");
}

/// The warm-up sends no call.
#[tokio::test]
async fn nothing_is_called_before_the_first_event() {
    let rig = Rig::start().await;
    response(rig.invoke(request().to_string()).await);
    assert_eq!(rig.service.calls().len(), 1);
    assert_eq!(rig.calls(Operation::CreateConnectorDefinitionVersion).len(), 1);
}
