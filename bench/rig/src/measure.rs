//! The figures. All functions take turns, run by run, so that other load on the machine affects all of them. Each round has
//! another order: a start after a small process finds more of the machine's caches as it needs them.

use serde_json::{Map, Value, json};

use crate::Plan;
use crate::process::{Function, Share, peak_mb};
use crate::stage::{Shape, Stage};

/// The share of a processor that 128 MB of memory buys; 1,769 MB buy a whole one.
const SHARE: f64 = 128.0 / 1_769.0;
/// Events before a warm event is measured.
const WARM_UP: usize = 200;
const CONNECTORS: [usize; 5] = [1, 10, 100, 1_000, 10_000];
const MESSAGES: [usize; 5] = [1, 2, 4, 7, 10];

/// All figures of the report. A function that fails has its error in place of figures.
pub fn all(stage: &Stage, plan: &Plan) -> Value {
    let cold = |shape: Shape, share: Option<f64>| {
        in_turn(plan, plan.starts, |function| start(stage, function, shape, share))
    };
    let tls = Shape::CustomResource { tls: true };
    let share = match Share::of(SHARE) {
        Ok(_) => cold(tls, Some(SHARE)),
        Err(error) => json!({ "missing": format!("cannot create a control group: {error}") }),
    };
    json!({
        "cold_plain": cold(Shape::CustomResource { tls: false }, None),
        "cold_tls": cold(tls, None),
        "cold_share": share,
        "warm_tls": in_turn(plan, plan.rounds, |function| warm(stage, function, tls, plan.events)),
        "scale": plan.functions.iter().find(|f| Some(&f.name) == plan.scaled.as_ref()).map(|f| scale(stage, f)),
    })
}

/// Figures of one run, by name.
type Figures = Vec<(&'static str, f64)>;

fn in_turn(plan: &Plan, rounds: usize, run: impl Fn(&Function) -> Result<Figures, String>) -> Value {
    let mut all: Map<String, Value> = Map::new();
    let mut functions: Vec<&Function> = plan.functions.iter().collect();
    // A fixed seed, so that every benchmark has the same orders.
    let mut orders = fastrand::Rng::with_seed(6);
    for round in 0..rounds {
        orders.shuffle(&mut functions);
        for &function in &functions {
            let entry = all.entry(&function.name).or_insert_with(|| json!({}));
            match run(function) {
                Ok(figures) => {
                    for (name, figure) in figures {
                        match &mut entry[name] {
                            Value::Array(samples) => samples.push(json!(figure)),
                            none => *none = json!([figure]),
                        }
                    }
                }
                Err(why) => {
                    eprintln!("{}, round {round}: {why}", function.name);
                    entry["failed"] = json!(why);
                }
            }
        }
    }
    Value::Object(all)
}

/// From the start of the process to the response to its first event.
fn start(stage: &Stage, function: &Function, shape: Shape, share: Option<f64>) -> Result<Figures, String> {
    let run = stage.run(function, shape, 1, share)?;
    let (start, event) = (run.start_ms(), run.seen.took_ms[0]);
    let start_processor = run.seen.ready.map_or(f64::NAN, |(_, used)| used);
    Ok(vec![
        ("total_ms", start + event),
        ("start_ms", start),
        ("event_ms", event),
        ("start_processor_ms", start_processor),
        ("event_processor_ms", run.seen.first_done_processor_ms - start_processor),
    ])
}

/// Events of a warm process, and its memory.
fn warm(stage: &Stage, function: &Function, shape: Shape, events: usize) -> Result<Figures, String> {
    // Another process measures the memory after a quarter of the events: reading it would disturb this one.
    let early = peak_mb(stage.run(function, shape, events / 4, None)?.process.id());
    let run = stage.run(function, shape, events, None)?;
    let mut took = run.seen.took_ms[WARM_UP.min(events / 2)..].to_vec();
    let processor = run.seen.done_processor_ms - run.seen.first_done_processor_ms;
    Ok(vec![
        ("p50_ms", quantile(&mut took, 0.5)),
        ("p99_ms", quantile(&mut took, 0.99)),
        ("processor_ms", processor / (events - 1) as f64),
        ("peak_early_mb", early),
        ("peak_mb", peak_mb(run.process.id())),
    ])
}

/// The time of an event by its size: medians in milliseconds.
fn scale(stage: &Stage, function: &Function) -> Value {
    let median = |shape: Shape, events: usize| -> Value {
        match stage.run(function, shape, events, None) {
            Ok(run) => json!(quantile(&mut run.seen.took_ms[events / 4..].to_vec(), 0.5)),
            Err(why) => json!(why),
        }
    };
    let by = |sizes: [usize; 5], shape: fn(usize) -> Shape, work: usize| -> Value {
        json!(sizes.map(|size| (size, median(shape(size), (work / size).clamp(20, 400)))))
    };
    json!({
        "connectors": by(CONNECTORS, Shape::Connectors, 40_000),
        "messages": by(MESSAGES, Shape::Messages, 4_000),
    })
}

fn quantile(figures: &mut [f64], part: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get((part * figures.len().saturating_sub(1) as f64).round() as usize).copied().unwrap_or(f64::NAN)
}
