"""Messages through a real queue: each good one ends as exactly one version, each poisoned one in the dead-letter queue.

usage: messages.py LOCAL BOOTSTRAP [--messages N] [--seed S]
LOCAL is the program of `cargo local`, BOOTSTRAP the function. The queue is that of a moto server, over the network. What
stands between it and the function does as Lambda's event source mapping does: it takes up to ten messages, invokes, and
deletes those that are not among batchItemFailures; the rest becomes visible again, and after so many receives goes to the
dead-letter queue. On the way there is throttling, calls are cut off, messages are delivered again although they were
handled, and the function is killed between batches and in the middle of them. The embedded service ignores client tokens.
"""

import argparse
import collections
import json
import random
import time

import boto3

from servers import SNS, Failed, Function, Greengrass, Killed, Moto

arguments = argparse.ArgumentParser()
arguments.add_argument("local")
arguments.add_argument("bootstrap")
arguments.add_argument("--messages", type=int, default=300)
arguments.add_argument("--seed", type=int, default=random.randrange(2**32))
given = arguments.parse_args()
print(f"--messages {given.messages} --seed {given.seed}")
chance = random.Random(given.seed)

VISIBILITY = 3
RECEIVES = 10


def body(number, definition):
    """A request, plain or in one of the envelopes that a message may hold."""
    request = {"ConnectorDefinitionId": definition, "Connectors": [{"Id": f"m-{number}", "ConnectorArn": SNS}]}
    kind = chance.randrange(4)
    if kind == 0:
        return request
    event = {"id": f"e-{number}", "detail-type": "d", "source": "s", "detail": request}
    if kind == 1:
        return event
    inner = request if kind == 2 else event
    return {"Type": "Notification", "MessageId": f"n-{number}", "TopicArn": "arn:aws:sns:::t", "Message": json.dumps(inner)}


POISON = [" ", "{", "[]", "null", '{"ConnectorDefinitionId":7}', '{"Records":[{"eventSource":"aws:sqs","body":"no"}]}']


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


moto = Moto()
greengrass = Greengrass(given.local, "--ignore-tokens")
function = Function(given.bootstrap, {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url})
try:
    sqs = boto3.client("sqs", endpoint_url=moto.url)
    definitions = greengrass.definitions(max(1, given.messages // 10))
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": RECEIVES})
    attributes = {"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive}
    requests = sqs.create_queue(QueueName="requests", Attributes=attributes)["QueueUrl"]

    # Numbers of the good messages, ids of the poisoned ones.
    good, poison = set(), set()

    def send(numbers):
        entries = []
        for number in numbers:
            is_poison = chance.random() < 0.05
            text = chance.choice(POISON) if is_poison else json.dumps(body(number, chance.choice(definitions)))
            entries.append({"Id": f"{number}-{'poison' if is_poison else 'good'}", "MessageBody": text})
        for entry in sqs.send_message_batch(QueueUrl=requests, Entries=entries)["Successful"]:
            number, kind = entry["Id"].split("-")
            poison.add(entry["MessageId"]) if kind == "poison" else good.add(int(number))

    counts = collections.Counter()
    began = time.monotonic()
    unsent = list(range(given.messages))
    waiting = 0
    while True:
        # Not all at once: the server's receive takes longer the more messages there are.
        while unsent and waiting < 100:
            send(unsent[:10])
            waiting += len(unsent[:10])
            del unsent[:10]
        received = sqs.receive_message(QueueUrl=requests, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages", [])
        if not received or counts["batches"] % 20 == 0:
            state = sqs.get_queue_attributes(QueueUrl=requests, AttributeNames=["All"])["Attributes"]
            waiting = int(state["ApproximateNumberOfMessages"])
        if not received:
            if not unsent and waiting == 0 and state["ApproximateNumberOfMessagesNotVisible"] == "0":
                break
            time.sleep(0.05)
            continue
        counts["batches"] += 1
        counts["messages delivered"] += len(received)
        counts["of them again"] += sum(m["Attributes"]["ApproximateReceiveCount"] != "1" for m in received)
        create = {"Operation": "CreateConnectorDefinitionVersion"}
        if chance.random() < 0.3:
            counts["throttled calls"] += 3
            code = chance.choice([None, "TooManyRequestsException"])
            greengrass.fault(**create, Times=3, Commit=False, Outcome={"Status": {"Status": 429, "Code": code, "Body": ""}})
        if chance.random() < 0.2:
            counts["calls cut off"] += 1
            greengrass.fault(**create, Commit=chance.random() < 0.5, Outcome=chance.choice(["Reset", "Half"]))
        if chance.random() < 0.1:
            counts["kills between batches"] += 1
            function.kill()
        kill_after = chance.random() * 0.03 if chance.random() < 0.1 else None
        try:
            failures = function.invoke({"Records": [record(m) for m in received]}, kill_after=kill_after)["batchItemFailures"]
        except Killed:
            counts["kills in the middle"] += 1
            continue
        except Failed as failed:
            raise SystemExit(f"FAILED: a batch is never an error: {failed}")
        failed = {failure["itemIdentifier"] for failure in failures}
        counts["failures reported"] += len(failed)
        for message in received:
            if message["MessageId"] in failed:
                continue
            if chance.random() < 0.05:
                counts["handled, delivered again"] += 1
                continue
            sqs.delete_message(QueueUrl=requests, ReceiptHandle=message["ReceiptHandle"])
            waiting -= 1
    took = time.monotonic() - began

    made = greengrass.versions_by_request(definitions)
    dead_ids = set()
    while messages := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=600).get("Messages"):
        dead_ids.update(message["MessageId"] for message in messages)

    print(", ".join(f"{count} {name}" for name, count in counts.items()), f"in {took:.0f} s")
    lost = good - made.keys()
    doubled = {number: count for number, count in made.items() if count > 1}
    print(
        f"{len(good)} good messages, {sum(made.values())} versions: {len(lost)} lost, {len(doubled)} doubled; "
        f"{len(poison)} poisoned, {len(dead_ids)} in the dead-letter queue: {len(poison ^ dead_ids)} of them wrong"
    )
    if lost or doubled or made.keys() - good or poison != dead_ids:
        raise SystemExit(f"FAILED: lost {sorted(lost)[:9]}, doubled {doubled}, --seed {given.seed}")
finally:
    function.kill()
    greengrass.stop()
    moto.stop()
