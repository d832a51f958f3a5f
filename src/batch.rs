//! Processes the messages of a batch: several at a time, and those of an ordered group one after another.

use std::collections::HashMap;

use connectors::event::Message;
use futures_util::{StreamExt, stream};

use crate::retry::Deadline;

/// How many messages of a batch are processed at a time: the setting `BATCH_CONCURRENCY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Concurrency(u32);

impl Default for Concurrency {
    fn default() -> Self {
        Self(10)
    }
}

impl Concurrency {
    /// The allowed values.
    pub(crate) const ALLOWED: std::ops::RangeInclusive<u32> = 1..=20;

    /// `None` if the number is not allowed.
    pub(crate) fn new(messages: u32) -> Option<Self> {
        Self::ALLOWED.contains(&messages).then_some(Self(messages))
    }
}

/// Processes messages until the deadline. Each has its result at its index; one without a result was not started, because
/// there was no time left or because an earlier message of its group failed.
pub(crate) async fn process_batch<'a, T, E, F>(
    messages: &'a [Message],
    concurrency: Concurrency,
    deadline: Deadline,
    work: impl Fn(&'a Message) -> F,
) -> Vec<Option<Result<T, E>>>
where
    F: Future<Output = Result<T, E>>,
{
    let groups = stream::iter(ordered_groups(messages)).map(|group| {
        let work = &work;
        async move {
            let mut done = Vec::with_capacity(group.len());
            for index in group {
                if deadline.is_over() {
                    break;
                }
                let result = work(&messages[index]).await;
                let failed = result.is_err();
                done.push((index, result));
                if failed {
                    break;
                }
            }
            done
        }
    });
    let mut results: Vec<Option<Result<T, E>>> = messages.iter().map(|_| None).collect();
    let mut groups = std::pin::pin!(groups.buffer_unordered(concurrency.0 as usize));
    while let Some(done) = groups.next().await {
        for (index, result) in done {
            results[index] = Some(result);
        }
    }
    results
}

/// The messages by index: those of one group in sequence, every other alone.
fn ordered_groups(messages: &[Message]) -> Vec<Vec<usize>> {
    let mut ordered: Vec<Vec<usize>> = Vec::new();
    let mut groups: HashMap<&str, usize> = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        match &message.group {
            Some(group) => match groups.get(group.as_str()) {
                Some(&place) => ordered[place].push(index),
                None => {
                    groups.insert(group, ordered.len());
                    ordered.push(vec![index]);
                }
            },
            None => ordered.push(vec![index]),
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::{Duration, SystemTime};

    use connectors::client_token::Requester;
    use connectors::event::{Batch, Event, RequestOrigin, parse_event};
    use connectors::json::RawJson;
    use tokio::time::{Instant, sleep};

    use super::*;

    /// When each of so many messages starts that take a second each, and how many do not start.
    async fn starts(count: usize, concurrency: u32, time: Duration) -> (Vec<u64>, usize) {
        let records = vec![r#"{"eventSource":"aws:sqs"}"#; count].join(",");
        let event = format!("[{records}]");
        let requester = Requester::Direct { request_id: "r".to_owned() };
        let origin = RequestOrigin::new(requester, SystemTime::now());
        let parsed = parse_event(RawJson::parse(&event).unwrap(), &origin);
        let Ok(Event::Batch(Batch { messages, .. })) = parsed else { panic!("a batch") };
        let (start, started) = (Instant::now(), Mutex::new(Vec::new()));
        let work = async |_| {
            started.lock().unwrap().push(start.elapsed().as_secs());
            sleep(Duration::from_secs(1)).await;
            Ok::<(), ()>(())
        };
        let concurrency = Concurrency::new(concurrency).unwrap();
        let results = process_batch(&messages, concurrency, Deadline::after(time), work).await;
        let started = started.into_inner().unwrap();
        assert_eq!(results.iter().flatten().count(), started.len());
        (started, results.iter().filter(|result| result.is_none()).count())
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_messages_as_allowed_are_processed_at_a_time() {
        let minute = Duration::from_secs(60);
        assert_eq!(starts(5, 2, minute).await, (vec![0, 0, 1, 1, 2], 0));
        assert_eq!(starts(3, 1, minute).await, (vec![0, 1, 2], 0));
        assert_eq!(starts(3, 20, minute).await, (vec![0, 0, 0], 0));
    }

    #[tokio::test(start_paused = true)]
    async fn no_message_starts_after_the_deadline() {
        assert_eq!(starts(5, 1, Duration::from_millis(2_500)).await, (vec![0, 1, 2], 2));
        assert_eq!(starts(2, 1, Duration::ZERO).await, (vec![], 2));
    }
}
