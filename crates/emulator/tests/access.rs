//! The servers refuse requests that a browser sends for a web page, and take those of programs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use emulator::greengrass::{Behavior, Emulator, Fault, Outcome};
use emulator::response_receiver::ResponseReceiver;
use emulator::runtime_api::{Invocation, InvocationOutcome, RuntimeApi};

const LIST: &str = "GET /greengrass/definition/connectors";

/// Sends a request with exactly these headers, and returns the status and the body.
async fn send(url: &str, request: &str, headers: &str) -> (u16, String) {
    let address = url.trim_start_matches("http://").to_owned();
    let body = if request.starts_with("GET") { "" } else { "{}" };
    let length = body.len();
    let text =
        format!("{request} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let status = response.split(' ').nth(1).unwrap().parse().unwrap();
        (status, response.split_once("\r\n\r\n").unwrap().1.to_owned())
    })
    .await
    .unwrap()
}

fn port(url: &str) -> &str {
    url.rsplit(':').next().unwrap()
}

/// Headers of requests that a page sends, with what the message says. `PORT` is the server's.
const FOREIGN: [(&str, &str); 8] = [
    (
        "Host: 127.0.0.1:PORT\r\nOrigin: https://evil.example\r\n",
        "Origin: https://evil.example is a web page's",
    ),
    ("Host: 127.0.0.1:PORT\r\nOrigin: null\r\n", "Origin: null is a web page's"),
    ("Host: localhost:PORT\r\nOrigin: http://localhost:1\r\n", "Origin: http://localhost:1 is a web page's"),
    ("Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: cross-site is a web page's"),
    ("Host: evil.example\r\n", "Host: evil.example is not a name of this server"),
    (
        "Host: rebind.evil.example:PORT\r\nOrigin: http://rebind.evil.example:PORT\r\n",
        "Host: rebind.evil.example:PORT is not a name of this server",
    ),
    (
        "Host: 127.0.0.1.evil.example:PORT\r\n",
        "Host: 127.0.0.1.evil.example:PORT is not a name of this server",
    ),
    ("Host: [fd00::7]:PORT\r\n", "Host: [fd00::7]:PORT is not a name of this server"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_emulator_refuses_web_pages() {
    let emulator = Emulator::start(0, Behavior::default(), None).await.unwrap();
    let url = emulator.url();
    emulator.add_fault(Fault { outcome: Outcome::Reset, ..Fault::default() });
    for (headers, message) in FOREIGN {
        let (headers, message) = (headers.replace("PORT", port(&url)), message.replace("PORT", port(&url)));
        for request in [
            LIST,
            "POST /greengrass/definition/connectors",
            "OPTIONS /greengrass/definition/connectors",
            "GET /_local/calls",
            "POST /_local/faults",
            "DELETE /_local/faults",
        ] {
            let (status, body) = send(&url, request, &headers).await;
            assert_eq!(status, 403, "{request} {headers}");
            assert!(body.contains(&message), "{body}");
            assert_eq!(
                body.contains("start the emulator with --allow-host"),
                message.starts_with("Host"),
                "{body}"
            );
        }
    }
    assert_eq!(emulator.call_count(), 0);
    let (status, faults) = send(&url, "GET /_local/faults", "Host: localhost\r\n").await;
    assert_eq!((status, faults.matches("Reset").count()), (200, 1), "the fault is still there, and no other");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emulator_takes_programs() {
    let allowed_hosts = vec!["Emulator.example".to_owned()];
    let emulator = Emulator::start(0, Behavior { allowed_hosts, ..Behavior::default() }, None).await.unwrap();
    let url = emulator.url();
    for headers in [
        "Host: 127.0.0.1:PORT\r\n",
        "Host: 127.0.0.1:9999\r\n",
        "Host: localhost:PORT\r\n",
        "Host: LOCALHOST\r\n",
        "Host: 127.1.2.3:PORT\r\n",
        "Host: [::1]:PORT\r\n",
        "Host: host.docker.internal:PORT\r\n",
        "Host: emulator.example:PORT\r\n",
        "Host: localhost:PORT\r\nOrigin: http://localhost:PORT\r\nSec-Fetch-Site: same-origin\r\n",
    ] {
        let headers = headers.replace("PORT", port(&url));
        for request in [LIST, "POST /greengrass/definition/connectors", "GET /_local/calls"] {
            assert_eq!(send(&url, request, &headers).await.0, 200, "{request} {headers}");
        }
    }
}

/// Where the machine has IPv6: the address that the server listens on is its name too.
#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_on_an_ipv6_address_takes_requests_to_it() {
    let Ok(emulator) = Emulator::start_at("[::1]:0".parse().unwrap(), Behavior::default(), None).await else {
        return;
    };
    let url = emulator.url();
    let host = url.trim_start_matches("http://");
    assert_eq!(send(&url, LIST, &format!("Host: {host}\r\n")).await.0, 200);
    assert_eq!(send(&url, LIST, "Host: evil.example\r\n").await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_api_and_the_receiver_refuse_web_pages() {
    let (runtime_api, receiver) =
        (RuntimeApi::start().await.unwrap(), ResponseReceiver::start().await.unwrap());
    let api = format!("http://{}", runtime_api.address());
    let invocation = Invocation::new("{}");
    let response = format!("POST /2018-06-01/runtime/invocation/{}/response", invocation.request_id);
    let next = "GET /2018-06-01/runtime/invocation/next";
    let pages = async {
        for (headers, message) in FOREIGN {
            for (url, request) in [(&api, next), (&api, &response), (&receiver.url(), "PUT /a?b")] {
                let (headers, message) =
                    (headers.replace("PORT", port(url)), message.replace("PORT", port(url)));
                let (status, body) = send(url, request, &headers).await;
                assert_eq!(status, 403, "{request} {headers}");
                assert!(body.contains(&message) && !body.contains("--allow-host"), "{body}");
            }
        }
        let host = |url: &str| format!("Host: {}\r\n", url.trim_start_matches("http://"));
        assert_eq!(send(&receiver.url(), "PUT /a?b", &host(&receiver.url())).await.0, 200);
        assert_eq!(send(&api, next, &host(&api)).await, (200, "{}".to_owned()), "the event is still there");
        assert_eq!(send(&api, &response, &host(&api)).await.0, 202);
    };
    let invoked = tokio::time::timeout(Duration::from_secs(60), runtime_api.invoke(invocation));
    let (invoked, ()) = tokio::join!(invoked, pages);
    assert_eq!(invoked.unwrap().outcome, InvocationOutcome::Response("{}".into()));
    assert_eq!(receiver.received().len(), 1);
}
