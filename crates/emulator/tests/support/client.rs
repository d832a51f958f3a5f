//! A minimal HTTP client that shows status and headers as they are on the wire.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

pub struct Response {
    pub status: u16,
    /// The status line and the headers, in lower case.
    pub head: String,
    /// The body, or null if it is not JSON.
    pub body: Value,
}

/// Sends one request on a new connection. `headers` are complete lines, each with its line end.
pub fn call(url: &str, method: &str, path: &str, headers: &str, body: &str) -> io::Result<Response> {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host)?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    Ok(Response { status, head: head.to_ascii_lowercase(), body })
}
