//! A load generator: connections that stay open, one request after the other on each.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// What came of a run.
pub struct Figures {
    /// Requests that were answered as expected, a second.
    pub per_second: f64,
    /// Times of all of them, sorted.
    pub times: Vec<Duration>,
    /// Requests that were answered otherwise.
    pub failed: usize,
}

impl Figures {
    /// The time that this share of all requests did not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let place = ((self.times.len() as f64 - 1.0) * share).round() as usize;
        self.times.get(place).copied().unwrap_or_default()
    }
}

/// Sends what `request` makes, numbered, from some clients, for a while.
pub async fn run(
    address: &str,
    clients: usize,
    length: Duration,
    status: u16,
    request: impl Fn(usize) -> Vec<u8> + Clone + Send + 'static,
) -> Figures {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (address, request) = (address.to_owned(), request.clone());
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut times, mut failed, mut number, mut buffer) =
                (Vec::new(), 0, client, Vec::with_capacity(64 * 1024));
            while began.elapsed() < length {
                let bytes = request(number);
                number += clients;
                let start = Instant::now();
                let sent = stream.write_all(&bytes).await.is_ok();
                match if sent { answer(&mut stream, &mut buffer).await } else { None } {
                    Some(got) if got == status => times.push(start.elapsed()),
                    Some(_) => failed += 1,
                    None => {
                        // The server closed a connection that it took for idle.
                        failed += 1;
                        stream = TcpStream::connect(&address).await.unwrap();
                    }
                }
            }
            (times, failed)
        });
    }
    let mut figures = Figures { per_second: 0.0, times: Vec::new(), failed: 0 };
    while let Some(done) = tasks.join_next().await {
        let (times, failed) = done.unwrap();
        figures.times.extend(times);
        figures.failed += failed;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let answered = figures.times.len() as f64;
    figures.per_second = answered / began.elapsed().as_secs_f64();
    figures.times.sort_unstable();
    figures
}

/// Reads one answer whole, and gives its status; nothing when the connection was closed.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<u16> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            return None;
        }
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).unwrap();
        let length: usize = text
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.parse().unwrap());
        let status = text[9..12].parse().unwrap();
        while buffer.len() < head + 4 + length {
            if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
                return None;
            }
        }
        return Some(status);
    }
}
