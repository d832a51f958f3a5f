//! The messages of a batch: several at a time, not too fast, and those of an ordered group one after the other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use connectors::event::Message;
use futures_util::{StreamExt, stream};

use crate::deadline::Deadline;

/// Requests per second that the service takes of one account and Region, for each operation (AWS General Reference,
/// "AWS IoT Greengrass endpoints and quotas").
const PER_SECOND: u32 = 30;

/// How many messages of a batch are worked on at a time. No more of them than the service takes are begun in any one
/// second: so many at once, and the rest of the thirty spread over the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtATime(u32);

impl Default for AtATime {
    fn default() -> Self {
        Self(10)
    }
}

impl AtATime {
    /// The least and the most that may be asked for.
    pub const ALLOWED: std::ops::RangeInclusive<u32> = 1..=20;

    /// Takes a number of messages.
    pub fn new(messages: u32) -> Option<Self> {
        Self::ALLOWED.contains(&messages).then_some(Self(messages))
    }

    /// How long after the first message this one may be begun, counted from 0.
    fn wait(self, turn: u32) -> Duration {
        Duration::from_secs(1) * turn.saturating_sub(self.0 - 1) / (PER_SECOND - self.0)
    }
}

/// Works through messages until the deadline. Each has its result in its place; one without was not begun, because
/// there was no time left or because a message before it in its group failed.
pub(crate) async fn work_through<'a, T, E, F>(
    messages: &'a [Message],
    at_a_time: AtATime,
    deadline: Deadline,
    work: impl Fn(&'a Message) -> F,
) -> Vec<Option<Result<T, E>>>
where
    F: Future<Output = Result<T, E>>,
{
    let begin = Deadline::within(Duration::ZERO);
    let turns = AtomicU32::new(0);
    let lanes = stream::iter(lanes(messages)).map(|lane| {
        let (turns, work) = (&turns, &work);
        async move {
            let mut done = Vec::with_capacity(lane.len());
            for index in lane {
                let turn = begin.later_by(at_a_time.wait(turns.fetch_add(1, Ordering::Relaxed)));
                if deadline.is_before(turn) {
                    break;
                }
                turn.wait().await;
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
    let mut lanes = std::pin::pin!(lanes.buffer_unordered(at_a_time.0 as usize));
    while let Some(done) = lanes.next().await {
        for (index, result) in done {
            results[index] = Some(result);
        }
    }
    results
}

/// Messages by index, as they depend on each other: those of one group follow each other, all others are alone.
fn lanes(messages: &[Message]) -> Vec<Vec<usize>> {
    let mut lanes: Vec<Vec<usize>> = Vec::new();
    let mut groups: HashMap<&str, usize> = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        match &message.group {
            Some(group) => match groups.get(group.as_str()) {
                Some(&lane) => lanes[lane].push(index),
                None => {
                    groups.insert(group, lanes.len());
                    lanes.push(vec![index]);
                }
            },
            None => lanes.push(vec![index]),
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;
    use connectors::client_token::Identity;
    use connectors::event::{Delivery, Messages, Origin, recognise};
    use connectors::json::Json;

    /// When each of so many messages is begun that take no time, and how many are not.
    async fn begun(messages: usize, at_a_time: AtATime, deadline: Deadline) -> (Vec<Duration>, usize) {
        let records = vec![r#"{"eventSource":"aws:sqs"}"#; messages].join(",");
        let event = format!("[{records}]");
        let origin =
            Origin::new(Identity::Direct { request_id: "r".to_owned() }, std::time::SystemTime::now());
        let recognised = recognise(Json::parse(&event).unwrap(), &origin);
        let Ok(Delivery::Messages(Messages { messages, .. })) = recognised else { panic!("a batch") };
        let (start, begun) = (Instant::now(), Mutex::default());
        let work = async |_| {
            let mut begun: std::sync::MutexGuard<'_, Vec<Duration>> = begun.lock().unwrap();
            begun.push(start.elapsed());
            Ok::<(), ()>(())
        };
        let results = work_through(&messages, at_a_time, deadline, work).await;
        let begun = begun.into_inner().unwrap();
        assert_eq!(results.iter().flatten().count(), begun.len());
        (begun, results.iter().filter(|result| result.is_none()).count())
    }

    #[tokio::test(start_paused = true)]
    async fn each_message_waits_for_its_turn_and_none_for_one_after_the_deadline() {
        // A timer runs out with the next whole millisecond.
        const TICK: Duration = Duration::from_millis(1);
        let at_a_time = AtATime::default();
        let turns: Vec<Duration> = (0..40).map(|turn| at_a_time.wait(turn)).collect();
        let (times, left) = begun(turns.len(), at_a_time, Deadline::within(Duration::from_secs(9))).await;
        assert_eq!(left, 0);
        let is_in_turn = |(time, turn): (&Duration, &Duration)| (*turn..=*turn + TICK).contains(time);
        assert!(times.iter().zip(&turns).all(is_in_turn), "{times:?}");

        let (times, left) = begun(turns.len(), at_a_time, Deadline::within(turns[20])).await;
        assert_eq!((times.len(), left), (21, 19));
    }

    /// Of every second, wherever it begins.
    #[test]
    fn every_second_begins_fewer_messages_than_the_service_takes() {
        for at_a_time in AtATime::ALLOWED.map(|number| AtATime::new(number).unwrap()) {
            let turns: Vec<Duration> = (0..200).map(|turn| at_a_time.wait(turn)).collect();
            let most = turns.iter().map(|from| {
                let until = *from + Duration::from_secs(1);
                turns.iter().filter(|turn| *turn >= from && **turn < until).count()
            });
            assert!(most.max() < Some(PER_SECOND as usize), "{at_a_time:?}");
            assert_eq!(turns.iter().filter(|turn| turn.is_zero()).count(), at_a_time.0 as usize);
        }
    }
}
