//! As much of HTTP/1.1 as a blocking server on loopback needs.

use std::io::{self, BufRead, BufReader, Read, Write};

/// A request with its whole body.
pub struct Request {
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header. `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One connection: TCP, or TLS on it.
pub struct Connection<S: Read + Write> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Connection<S> {
    pub fn new(stream: S) -> Self {
        Self { stream: BufReader::with_capacity(64 * 1024, stream) }
    }

    /// The next request, or an error if the client has closed the connection.
    pub fn read(&mut self) -> io::Result<Request> {
        let start = self.line()?;
        let mut words = start.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut headers = Vec::new();
        while let Some((name, value)) = self.line()?.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Request { method, path, headers, body: Vec::new() };
        if request.header("expect").is_some() {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        request.body = if request.header("transfer-encoding").is_some() {
            self.chunks()?
        } else {
            let length = request.header("content-length").unwrap_or("0");
            self.bytes(length.parse().map_err(io::Error::other)?)?
        };
        Ok(request)
    }

    /// Sends a response in one write: a second one would wait for the client's delayed acknowledgment.
    pub fn write(&mut self, response: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(response)?;
        self.stream.get_mut().flush()
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).map_err(io::Error::other)?;
            body.extend(self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// A response as bytes. The headers are whole lines.
pub fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
