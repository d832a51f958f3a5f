"""Sends messages through a queue: each valid message must create one version, each invalid one must become a dead letter.

usage: messages.py CLI BOOTSTRAP [--messages N] [--definitions N] [--backlog N] [--latency MS] [--seed S] [--outage]
CLI is the binary connector-versions, BOOTSTRAP the function. The queue is in a moto server. The script works as Lambda's
event source mapping: it receives up to ten messages, invokes the function, and deletes the messages that are not in
batchItemFailures. The others become visible again and move to the dead-letter queue after the maximum number of receives.
The emulator ignores client tokens, so only a look-up prevents a duplicate. IDEMPOTENCY is token, its default: even so, no
message may create two versions (docs/src/concepts/idempotency.md, "the function is killed during a call").

Without --outage the emulator throttles and aborts calls. The script redelivers processed messages and kills the function
between and during batches. --definitions 1 sends every message to the same definition, so that a look-up finds many versions
of other messages. --backlog is the number of messages that wait in the queue at most.

With --outage all messages wait in the queue for one definition, two functions process batches at the same time, and every call
takes 50 ms. No message is invalid. After the first batches, every call fails with 503 for ten seconds; then the service
recovers, and the messages that failed are redelivered.
"""

import argparse
import collections
import json
import random
import threading
import time

import boto3

from servers import SNS, Failed, Function, Greengrass, Killed, Moto

arguments = argparse.ArgumentParser()
arguments.add_argument("cli")
arguments.add_argument("bootstrap")
arguments.add_argument("--messages", type=int, help="300, with --outage 400")
arguments.add_argument("--definitions", type=int, help="one for ten messages, with --outage 1")
arguments.add_argument("--backlog", type=int, default=100)
arguments.add_argument("--latency", type=int, metavar="MS", help="of every call; 0, with --outage 50")
arguments.add_argument("--seed", type=int, default=random.randrange(2**32))
arguments.add_argument("--outage", action="store_true")
options = arguments.parse_args()


def default(value, without_outage, with_outage):
    return value if value is not None else with_outage if options.outage else without_outage


MESSAGES = default(options.messages, 300, 400)
DEFINITIONS = default(options.definitions, max(1, MESSAGES // 10), 1)
LATENCY_MS = default(options.latency, 0, 50)
BACKLOG = MESSAGES if options.outage else options.backlog
rng = random.Random(options.seed)

# Seconds, as in the template: a message stays invisible for longer than the function has time.
TIMEOUT = 30
VISIBILITY = TIMEOUT + 5 if options.outage else 3
# The number of receives before a message moves to the dead-letter queue. With --outage as in the template.
RECEIVES = 5 if options.outage else 10
OUTAGE_SECONDS = 10
# An invalid message takes RECEIVES times VISIBILITY seconds.
POISON_RATE = 0 if options.outage else 0.05
CREATE = "CreateConnectorDefinitionVersion"
POISON = [" ", "{", "[]", "null", '{"ConnectorDefinitionId":7}', '{"Records":[{"eventSource":"aws:sqs","body":"no"}]}']


def body(number, definition):
    """A request, direct or in one of the envelopes that a message may contain."""
    request = {"ConnectorDefinitionId": definition, "Connectors": [{"Id": f"m-{number}", "ConnectorArn": SNS}]}
    kind = rng.randrange(4)
    if kind == 0:
        return request
    event = {"id": f"e-{number}", "detail-type": "d", "source": "s", "detail": request}
    if kind == 1:
        return event
    inner = request if kind == 2 else event
    return {"Type": "Notification", "MessageId": f"n-{number}", "TopicArn": "arn:aws:sns:::t", "Message": json.dumps(inner)}


def record(message):
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:requests",
        "awsRegion": "us-east-1",
    }


class Queue:
    """A queue with its dead-letter queue, and what the script knows of the messages that it sent."""

    def __init__(self, url):
        self.sqs = boto3.client("sqs", endpoint_url=url)
        self.dead_url = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.dead_url, AttributeNames=["QueueArn"])["Attributes"]
        redrive = json.dumps({"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": RECEIVES})
        attributes = {"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive}
        self.url = self.sqs.create_queue(QueueName="requests", Attributes=attributes)["QueueUrl"]
        self.unsent = list(range(MESSAGES))
        # Numbers of the valid messages, and their message IDs; IDs of the invalid ones.
        self.valid, self.number_by_id, self.invalid = set(), {}, set()
        # As estimated since the last call of `count_visible`.
        self.visible = 0

    def fill(self, definitions):
        """Sends messages until the backlog is full: a receive of the moto server takes longer with more of them."""
        while self.unsent and self.visible < BACKLOG:
            numbers, self.unsent = self.unsent[:10], self.unsent[10:]
            entries = []
            for number in numbers:
                is_poison = rng.random() < POISON_RATE
                text = rng.choice(POISON) if is_poison else json.dumps(body(number, rng.choice(definitions)))
                entries.append({"Id": f"{number}-{'invalid' if is_poison else 'valid'}", "MessageBody": text})
            for entry in self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)["Successful"]:
                number, kind = entry["Id"].split("-")
                if kind == "invalid":
                    self.invalid.add(entry["MessageId"])
                else:
                    self.valid.add(int(number))
                    self.number_by_id[entry["MessageId"]] = int(number)
            self.visible += len(numbers)

    def receive(self):
        received = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"])
        messages = received.get("Messages", [])
        if messages:
            counts["batches"] += 1
            counts["messages delivered"] += len(messages)
            counts["of them redelivered"] += sum(m["Attributes"]["ApproximateReceiveCount"] != "1" for m in messages)
        return messages

    def delete(self, message):
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        self.visible -= 1

    def is_empty(self):
        """Whether no message waits or is being processed."""
        state = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        self.visible = int(state["ApproximateNumberOfMessages"])
        return not self.unsent and self.visible == 0 and state["ApproximateNumberOfMessagesNotVisible"] == "0"

    def dead_letters(self):
        """The message IDs in the dead-letter queue."""
        ids = set()
        receive = {"QueueUrl": self.dead_url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 3600}
        while messages := self.sqs.receive_message(**receive).get("Messages"):
            ids.update(message["MessageId"] for message in messages)
        return ids


def invoke(function, messages, **how):
    """The IDs of the messages that failed."""
    try:
        failures = function.invoke({"Records": [record(m) for m in messages]}, TIMEOUT, **how)["batchItemFailures"]
    except Failed as failed:
        raise SystemExit(f"FAILED: a batch must not fail as a whole: {failed}")
    failed = {failure["itemIdentifier"] for failure in failures}
    counts["failures reported"] += len(failed)
    return failed


def add_latency():
    """Delays every call. The emulator applies the first fault that matches, so this must be the last one."""
    if LATENCY_MS:
        greengrass.fault(Times=2**32 - 1, DelayMs=LATENCY_MS)


def add_fault(**fault):
    """Adds a fault to those that are left, before the latency."""
    if not LATENCY_MS:
        greengrass.fault(**fault)
        return
    left = [other for other in greengrass.faults() if other["Outcome"] != "Answer"]
    greengrass.clear_faults()
    for other in [*left, {"DelayMs": LATENCY_MS, **fault}]:
        greengrass.fault(**other)
    add_latency()


def process_with_faults(queue, definitions):
    """Processes all messages, one batch after the other, while calls fail and the function is killed."""
    function = functions[0]
    while True:
        queue.fill(definitions)
        received = queue.receive()
        if not received or counts["batches"] % 20 == 0:
            is_empty = queue.is_empty()
        if received and counts["batches"] % 200 == 0:
            print(f"{MESSAGES - len(queue.unsent)} messages sent, {describe_counts()}", flush=True)
        if not received:
            if is_empty:
                return
            time.sleep(0.05)
            continue
        if rng.random() < 0.3:
            counts["throttled calls"] += 3
            code = rng.choice([None, "TooManyRequestsException"])
            add_fault(Operation=CREATE, Times=3, Commit=False, Outcome={"Status": {"Status": 429, "Code": code, "Body": ""}})
        if rng.random() < 0.2:
            counts["aborted calls"] += 1
            add_fault(Operation=CREATE, Commit=rng.random() < 0.5, Outcome=rng.choice(["Reset", "Half"]))
        if rng.random() < 0.1:
            counts["kills between batches"] += 1
            function.kill()
        kill_after = rng.random() * 0.03 if rng.random() < 0.1 else None
        try:
            failed = invoke(function, received, kill_after=kill_after)
        except Killed:
            counts["kills during batches"] += 1
            continue
        for message in received:
            if message["MessageId"] in failed:
                continue
            if rng.random() < 0.05:
                counts["redeliveries of processed messages"] += 1
            else:
                queue.delete(message)


def process_during_outage(queue, definitions):
    """Processes all messages, two batches at a time, while the service is down for some seconds."""
    queue.fill(definitions)
    add_latency()
    receiving = threading.Lock()
    problems = []

    def outage():
        greengrass.clear_faults()
        greengrass.fault(Times=2**32 - 1, DelayMs=LATENCY_MS, Commit=False, Outcome={"Status": {"Status": 503, "Body": ""}})
        time.sleep(OUTAGE_SECONDS)
        greengrass.clear_faults()
        add_latency()

    def process(function):
        while not problems:
            with receiving:
                received = queue.receive()
                if not received and queue.is_empty():
                    return
            if not received:
                time.sleep(0.2)
                continue
            try:
                failed = invoke(function, received)
            except (Exception, SystemExit) as problem:
                problems.append(problem)
                return
            with receiving:
                for message in received:
                    if message["MessageId"] not in failed:
                        queue.delete(message)
            if counts["batches"] >= 4:
                with receiving:
                    if not outages:
                        outages.append(threading.Thread(target=outage, daemon=True))
                        outages[0].start()

    outages = []
    threads = [threading.Thread(target=process, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for thread in outages:
        thread.join()
    if problems:
        raise problems[0]
    if not outages:
        raise SystemExit("FAILED: all messages were processed before the outage; send more of them")


def describe_counts():
    return ", ".join(f"{count} {name}" for name, count in counts.items()) + f" in {time.monotonic() - began:.0f} s"


def report(queue, definitions):
    print(describe_counts(), flush=True)
    versions = greengrass.versions_by_request(definitions)
    dead = queue.dead_letters()
    lost = queue.valid - versions.keys()
    duplicated = {number: count for number, count in versions.items() if count > 1}
    print(
        f"{len(queue.valid)} valid messages, {sum(versions.values())} versions: {len(lost)} lost, {len(duplicated)} duplicated; "
        f"{len(queue.invalid)} invalid messages, {len(dead)} dead letters: {len(queue.invalid ^ dead)} wrong"
    )
    if lost or duplicated or versions.keys() - queue.valid or queue.invalid != dead:
        valid_dead = sorted(queue.number_by_id[message] for message in dead - queue.invalid)
        raise SystemExit(
            f"FAILED: lost {sorted(lost)[:9]}, duplicated {dict(list(duplicated.items())[:9])}, "
            f"valid messages among the dead letters {valid_dead[:9]}, --seed {options.seed}"
        )


print(
    f"--messages {MESSAGES} --definitions {DEFINITIONS} --backlog {BACKLOG} --latency {LATENCY_MS} "
    f"--seed {options.seed}{' --outage' * options.outage}",
    flush=True,
)
counts = collections.Counter()
began = time.monotonic()
moto = Moto()
greengrass = Greengrass(options.cli, "--ignore-tokens")
environment = {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url}
functions = [Function(options.bootstrap, environment) for _ in range(2 if options.outage else 1)]
try:
    definitions = greengrass.definitions(DEFINITIONS)
    queue = Queue(moto.url)
    if options.outage:
        process_during_outage(queue, definitions)
    else:
        add_latency()
        process_with_faults(queue, definitions)
    greengrass.clear_faults()
    report(queue, definitions)
finally:
    for function in functions:
        function.kill()
    greengrass.stop()
    moto.stop()
