//! Processes the messages of a batch: several at a time, not too fast, and those of an ordered group one after another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use connectors::event::Message;
use futures_util::{StreamExt, stream};

use crate::retry::Deadline;

/// Requests per second that the service accepts per account, Region and operation (AWS General Reference,
/// [AWS IoT Greengrass endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/greengrass.html)).
const MAX_STARTS_PER_SECOND: u32 = 30;

/// How many messages of a batch are processed at a time: the setting `BATCH_CONCURRENCY`. In any one second no more start
/// than the service accepts: this many at once, and the rest spread over the second.
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

    /// How long after the first message a message may start; slots are counted from 0.
    fn start_delay(self, slot: u32) -> Duration {
        Duration::from_secs(1) * slot.saturating_sub(self.0 - 1) / (MAX_STARTS_PER_SECOND - self.0)
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
    let start = Deadline::after(Duration::ZERO);
    let slots = AtomicU32::new(0);
    let groups = stream::iter(ordered_groups(messages)).map(|group| {
        let (slots, work) = (&slots, &work);
        async move {
            let mut done = Vec::with_capacity(group.len());
            for index in group {
                let slot = slots.fetch_add(1, Ordering::Relaxed);
                let slot = start.plus(concurrency.start_delay(slot));
                if deadline.is_before(slot) {
                    break;
                }
                slot.wait().await;
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

    use tokio::time::Instant;

    use super::*;
    use connectors::client_token::Requester;
    use connectors::event::{Batch, Event, RequestOrigin, parse_event};
    use connectors::json::RawJson;

    /// When each of so many messages starts that take no time, and how many do not start.
    async fn starts(messages: usize, concurrency: Concurrency, deadline: Deadline) -> (Vec<Duration>, usize) {
        let records = vec![r#"{"eventSource":"aws:sqs"}"#; messages].join(",");
        let event = format!("[{records}]");
        let origin = RequestOrigin::new(
            Requester::Direct { request_id: "r".to_owned() },
            std::time::SystemTime::now(),
        );
        let parsed = parse_event(RawJson::parse(&event).unwrap(), &origin);
        let Ok(Event::Batch(Batch { messages, .. })) = parsed else { panic!("a batch") };
        let (start, started) = (Instant::now(), Mutex::default());
        let work = async |_| {
            let mut started: std::sync::MutexGuard<'_, Vec<Duration>> = started.lock().unwrap();
            started.push(start.elapsed());
            Ok::<(), ()>(())
        };
        let results = process_batch(&messages, concurrency, deadline, work).await;
        let started = started.into_inner().unwrap();
        assert_eq!(results.iter().flatten().count(), started.len());
        (started, results.iter().filter(|result| result.is_none()).count())
    }

    #[tokio::test(start_paused = true)]
    async fn each_message_starts_in_its_slot_and_none_after_the_deadline() {
        // A timer ends with the next whole millisecond.
        const TICK: Duration = Duration::from_millis(1);
        let concurrency = Concurrency::default();
        let slots: Vec<Duration> = (0..40).map(|slot| concurrency.start_delay(slot)).collect();
        let (times, left) = starts(slots.len(), concurrency, Deadline::after(Duration::from_secs(9))).await;
        assert_eq!(left, 0);
        let is_in_slot = |(time, slot): (&Duration, &Duration)| (*slot..=*slot + TICK).contains(time);
        assert!(times.iter().zip(&slots).all(is_in_slot), "{times:?}");

        let (times, left) = starts(slots.len(), concurrency, Deadline::after(slots[20])).await;
        assert_eq!((times.len(), left), (21, 19));
    }

    /// In every second, wherever it begins.
    #[test]
    fn in_every_second_fewer_messages_start_than_the_service_accepts() {
        for concurrency in Concurrency::ALLOWED.map(|number| Concurrency::new(number).unwrap()) {
            let slots: Vec<Duration> = (0..200).map(|slot| concurrency.start_delay(slot)).collect();
            let starts = slots.iter().map(|from| {
                let until = *from + Duration::from_secs(1);
                slots.iter().filter(|slot| *slot >= from && **slot < until).count()
            });
            assert!(starts.max() < Some(MAX_STARTS_PER_SECOND as usize), "{concurrency:?}");
            assert_eq!(slots.iter().filter(|slot| slot.is_zero()).count(), concurrency.0 as usize);
        }
    }
}
