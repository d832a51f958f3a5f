"""Requests that are delivered again and again: how many versions each of them ends with.

usage: deliveries.py LOCAL BOOTSTRAP MODE [--requests N] [--seed S] [--blind]
LOCAL is the program of `cargo local`, BOOTSTRAP the function, built for development or with the feature probes.
MODE is what is promised, and on which service:
  table   IDEMPOTENCY=table on a service that ignores client tokens; deliveries one after another and at the same time
  latest  IDEMPOTENCY=latest on a service that ignores client tokens; deliveries one after another
  token   IDEMPOTENCY=token on a service that honours client tokens; deliveries one after another and at the same time
Each request is delivered one to five times. On the way, calls are reset, answered with 5xx, cut in half and delayed, with
and without effect, and the function is killed at random moments, also after the service did its work and before it
answered. A delivery that fails is made again, as Lambda, SQS and EventBridge would, until one ends well. At the end every
request must have exactly one version. The table is in a moto server, over the network.
With --blind nothing is looked for before a create is repeated: then there must be doubles, or this finds nothing.
"""

import argparse
import collections
import concurrent.futures
import random
import sys
import threading
import time

from servers import SNS, Failed, Function, Greengrass, Killed, Moto

arguments = argparse.ArgumentParser()
arguments.add_argument("local")
arguments.add_argument("bootstrap")
arguments.add_argument("mode", choices=["table", "latest", "token"])
arguments.add_argument("--requests", type=int, default=60)
arguments.add_argument("--seed", type=int, default=random.randrange(2**32))
arguments.add_argument("--blind", action="store_true")
given = arguments.parse_args()
print(f"{given.mode} --requests {given.requests} --seed {given.seed}{' --blind' * given.blind}")

WORKERS = 12
# What the function has for an event; whoever finds a lease of one that was killed waits for little longer than that.
SECONDS = 3
counts = collections.Counter()
counting = threading.Lock()


def count(what):
    with counting:
        counts[what] += 1


def random_fault(chance):
    """Something that befalls some next create, whosever it is."""
    if chance.random() < 0.6:
        return None
    fault = {"Operation": "CreateConnectorDefinitionVersion", "Commit": chance.random() < 0.6}
    kind = chance.randrange(6)
    if kind < 2:
        fault["Outcome"] = ["Reset", "Half"][kind]
    elif kind == 2:
        fault["Outcome"] = {"Status": {"Status": chance.choice([500, 502, 503, 504]), "Body": ""}}
    elif kind == 3:
        fault["Outcome"] = {"Status": {"Status": 200, "Body": "?"}}
    else:
        # An answer that is on its way for long: a kill comes between the service's work and its answer.
        fault["Commit"] = True
        fault["DelayAfterMs"] = chance.randrange(20, 400)
        # A call that is not performed before the function is killed and the next delivery has looked is more than
        # looking can see: only a lease waits for it.
        if given.mode != "latest":
            fault["DelayMs"] = chance.choice([0, 0, chance.randrange(200)])
    return fault


class Worker:
    """A function that handles one event at a time. Each worker of the mode latest has a definition of its own."""

    def __init__(self, number, environment):
        self.function = Function(given.bootstrap, environment)
        self.chance = random.Random(f"{given.seed}-{number}")
        self.number = number

    def deliver(self, event):
        """Until it ends well."""
        for _ in range(60):
            fault = random_fault(self.chance)
            if fault:
                count("faults")
                greengrass.fault(**fault)
            kill_after = self.chance.random() * 0.15 if self.chance.random() < 0.25 else None
            count("deliveries")
            try:
                return self.function.invoke(event, seconds=SECONDS, kill_after=kill_after)
            except Killed:
                count("kills")
            except Failed as failed:
                count("deliveries that failed and came again")
                self.failed = str(failed)
                time.sleep(self.chance.random() / 5)
        sys.exit(f"FAILED: {event['id']} never ended well: {self.failed} --seed {given.seed}")


moto = Moto() if given.mode == "table" else None
greengrass = Greengrass(given.local, *([] if given.mode == "token" else ["--ignore-tokens"]))
environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url, "IDEMPOTENCY": given.mode}
if given.blind:
    environment["CONNECTOR_VERSIONS_BLIND"] = "1"
workers = []
try:
    if moto:
        environment |= moto.leases()
    workers = [Worker(number, environment) for number in range(WORKERS)]
    chance = random.Random(given.seed)
    definitions = greengrass.definitions(WORKERS if given.mode == "latest" else max(1, given.requests // 10))
    told = collections.defaultdict(set)
    free = list(workers)
    having = threading.Condition()

    def deliver(worker, number, event):
        result = worker.deliver(event)
        with counting:
            told[number].add(result["Version"])

    def event_of(number, definition):
        request = {"ConnectorDefinitionId": definition, "Connectors": [{"Id": f"r-{number}", "ConnectorArn": SNS}]}
        return {"id": f"e-{number}", "detail-type": "d", "source": "s", "detail": request}

    def with_free_worker(number, event):
        with having:
            while not free:
                having.wait()
            worker = free.pop()
        try:
            deliver(worker, number, event)
        finally:
            with having:
                free.append(worker)
                having.notify()

    def one_after_another(worker, numbers):
        for number, times in numbers:
            for _ in range(times):
                deliver(worker, number, event_of(number, definitions[worker.number]))

    times = {number: chance.randint(1, 5) for number in range(given.requests)}
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WORKERS * 2) as pool:
        if given.mode == "latest":
            shares = [[(n, t) for n, t in times.items() if n % WORKERS == w.number] for w in workers]
            work = [pool.submit(one_after_another, worker, share) for worker, share in zip(workers, shares)]
        else:
            # All deliveries of a few requests in any order, so that some of one request meet.
            numbers = [number for number, t in times.items() for _ in range(t)]
            near = [numbers[start : start + 40] for start in range(0, len(numbers), 40)]
            for some in near:
                chance.shuffle(some)
            chosen = {number: chance.choice(definitions) for number in times}
            work = [
                pool.submit(with_free_worker, number, event_of(number, chosen[number])) for some in near for number in some
            ]
        for done in concurrent.futures.as_completed(work):
            done.result()
    took = time.monotonic() - began
    # What was still on its way when the last delivery ended.
    time.sleep(1)

    made = greengrass.versions_by_request(definitions)
    doubled = {number: count for number, count in made.items() if count > 1}
    lost = set(times) - made.keys()
    disagreed = [number for number, versions in told.items() if len(versions) > 1]
    print(", ".join(f"{number} {name}" for name, number in counts.items()), f"in {took:.0f} s")
    print(
        f"{given.requests} requests, {sum(made.values())} versions: {len(lost)} lost, {len(doubled)} doubled, "
        f"{len(disagreed)} told two versions"
    )
    wrong = bool(lost or doubled or disagreed)
    if wrong != given.blind:
        raise SystemExit(f"FAILED: --seed {given.seed} {doubled} {sorted(lost)[:9]} {disagreed[:9]}")
finally:
    for worker in workers:
        worker.function.kill()
    greengrass.stop()
    if moto:
        moto.stop()
