"""Delivers each request several times and counts the versions that each request created.

usage: deliveries.py CLI BOOTSTRAP MODE [--requests N] [--seed S] [--blind]
CLI is the binary connector-versions. BOOTSTRAP is the function; --blind needs one built with the feature failpoints.
MODE selects the setting and the service that it is tested against:
  table   IDEMPOTENCY=table, a service that ignores client tokens, sequential and concurrent deliveries
  latest  IDEMPOTENCY=latest, a service that ignores client tokens, sequential deliveries
  token   IDEMPOTENCY=token, a service that honors client tokens, sequential and concurrent deliveries
The script delivers each request one to five times. Meanwhile the emulator resets, delays and truncates calls and responds
with 5xx, with and without effect. The script kills the function at random moments, also between the effect of a call and its
response. It repeats a failed delivery until it succeeds, as Lambda, SQS and EventBridge do. In the end every request must
have exactly one version. The idempotency table is in a moto server.
With --blind the function does not look for a version before it repeats a create. Then the script must find duplicates;
otherwise it could not detect them at all.
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
arguments.add_argument("cli")
arguments.add_argument("bootstrap")
arguments.add_argument("mode", choices=["table", "latest", "token"])
arguments.add_argument("--requests", type=int, default=60)
arguments.add_argument("--seed", type=int, default=random.randrange(2**32))
arguments.add_argument("--blind", action="store_true")
given = arguments.parse_args()
print(f"{given.mode} --requests {given.requests} --seed {given.seed}{' --blind' * given.blind}")

WORKERS = 12
# Function timeout in seconds. The lock of a killed function expires shortly after it.
SECONDS = 3
counts = collections.Counter()
counting = threading.Lock()


def count(what):
    with counting:
        counts[what] += 1


def random_fault(chance):
    """A fault for the next create of any request, or None."""
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
        # Delays the response, so that a kill can hit between the effect of the call and its response.
        fault["Commit"] = True
        fault["DelayAfterMs"] = chance.randrange(20, 400)
        # A look-up cannot see a create that takes effect after the function was killed. Only a lock waits for it.
        if given.mode != "latest":
            fault["DelayMs"] = chance.choice([0, 0, chance.randrange(200)])
    return fault


class Worker:
    """A function that handles one event at a time. In mode latest each worker has its own definition."""

    def __init__(self, number, environment):
        self.function = Function(given.bootstrap, environment)
        self.chance = random.Random(f"{given.seed}-{number}")
        self.number = number

    def deliver(self, event):
        """Repeats the delivery until it succeeds."""
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
                count("failed and repeated deliveries")
                self.failed = str(failed)
                time.sleep(self.chance.random() / 5)
        sys.exit(f"FAILED: {event['id']} never succeeded: {self.failed} --seed {given.seed}")


moto = Moto() if given.mode == "table" else None
greengrass = Greengrass(given.cli, *([] if given.mode == "token" else ["--ignore-tokens"]))
environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url, "IDEMPOTENCY": given.mode}
if given.blind:
    environment["CONNECTOR_VERSIONS_FAILPOINTS"] = "skip-duplicate-lookup"
workers = []
try:
    if moto:
        environment |= moto.idempotency_table()
    workers = [Worker(number, environment) for number in range(WORKERS)]
    chance = random.Random(given.seed)
    definitions = greengrass.definitions(WORKERS if given.mode == "latest" else max(1, given.requests // 10))
    returned = collections.defaultdict(set)
    free = list(workers)
    having = threading.Condition()

    def deliver(worker, number, event):
        result = worker.deliver(event)
        with counting:
            returned[number].add(result["Version"])

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
            # Shuffles the deliveries of a few requests, so that some deliveries of one request overlap.
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
    # Delayed creates may still take effect after the last delivery.
    time.sleep(1)

    made = greengrass.versions_by_request(definitions)
    doubled = {number: count for number, count in made.items() if count > 1}
    lost = set(times) - made.keys()
    disagreed = [number for number, versions in returned.items() if len(versions) > 1]
    print(", ".join(f"{number} {name}" for name, number in counts.items()), f"in {took:.0f} s")
    print(
        f"{given.requests} requests, {sum(made.values())} versions: {len(lost)} lost, {len(doubled)} duplicated, "
        f"{len(disagreed)} with different results"
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
