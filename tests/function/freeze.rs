//! Lambda freezes a function between events, for minutes. The function replaces connections that were lost meanwhile, without
//! an error.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use emulator::greengrass::Operation;
use serde_json::json;
use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use crate::support::{Rig, RigOptions, SNS, response};

/// How a connection is lost while the function is frozen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lost {
    Closed,
    Reset,
    /// The peer forgets the connection, and resets it when data arrives.
    Forgotten,
}

/// A relay between the function and a service that can lose all its connections.
struct Relay {
    address: SocketAddr,
    target: Arc<Mutex<Option<SocketAddr>>>,
    lose: watch::Sender<()>,
    lost: mpsc::UnboundedReceiver<()>,
}

impl Relay {
    async fn start(how: Lost) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let lose = watch::Sender::new(());
        let (report_lost, lost) = mpsc::unbounded_channel();
        let (to, losing) = (target.clone(), lose.subscribe());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let to = to.lock().unwrap().unwrap();
                tokio::spawn(relay(stream, to, losing.clone(), report_lost.clone(), how));
            }
        });
        Self { address, target, lose, lost }
    }

    /// Loses all present connections.
    async fn lose(&mut self) {
        // The listener has one receiver.
        let connections = self.lose.receiver_count() - 1;
        assert!(connections > 0, "the function keeps its connections");
        self.lose.send_replace(());
        for _ in 0..connections {
            self.lost.recv().await.unwrap();
        }
    }
}

async fn relay(
    mut stream: TcpStream,
    to: SocketAddr,
    mut losing: watch::Receiver<()>,
    lost: mpsc::UnboundedSender<()>,
    how: Lost,
) {
    losing.mark_unchanged();
    let mut service = TcpStream::connect(to).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut stream, &mut service) => return,
        _ = losing.changed() => {}
    }
    if how != Lost::Closed {
        stream.set_zero_linger().unwrap();
    }
    if how == Lost::Forgotten {
        lost.send(()).unwrap();
        let _ = stream.read(&mut [0]).await;
    } else {
        drop(stream);
        lost.send(()).unwrap();
    }
}

#[tokio::test]
async fn a_lost_connection_causes_no_error() {
    for how in [Lost::Closed, Lost::Reset, Lost::Forgotten] {
        let (mut greengrass, mut receiver) = (Relay::start(how).await, Relay::start(how).await);
        let endpoint = format!("http://{}", greengrass.address);
        let variables = [("AWS_ENDPOINT_URL_GREENGRASS", endpoint.as_str())];
        let rig = Rig::with(RigOptions { variables: &variables, ..RigOptions::default() }).await;
        *greengrass.target.lock().unwrap() =
            rig.service.url().strip_prefix("http://").map(|a| a.parse().unwrap());
        *receiver.target.lock().unwrap() =
            rig.receiver.url().strip_prefix("http://").map(|a| a.parse().unwrap());

        for number in 1..=3 {
            let mut event = rig.sample("cloudformation-create");
            event["RequestId"] = json!(number.to_string());
            event["ResourceProperties"]["Connectors"] =
                json!([{ "ConnectorArn": SNS, "Id": format!("alerts-{number}") }]);
            event["ResponseURL"] = json!(format!("http://{}/response", receiver.address));
            let result = response(rig.invoke(event.to_string()).await);
            assert_eq!(result["Status"], "SUCCESS", "{how:?} {number}: {result}");
            assert_eq!(rig.new_versions().len(), number, "{how:?}");
            assert_eq!(rig.responses().len(), number, "{how:?}: one response for each event");
            assert_eq!(rig.calls(Operation::CreateConnectorDefinitionVersion).len(), number, "{how:?}");

            rig.signal("STOP").await;
            greengrass.lose().await;
            receiver.lose().await;
            rig.signal("CONT").await;
        }
    }
}
