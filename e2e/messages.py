"""Sends messages through a queue: each valid message must create one version, each invalid one must become a dead letter.

usage: messages.py CLI BOOTSTRAP [--messages N] [--seed S]
CLI is the binary connector-versions, BOOTSTRAP the function. The queue is in a moto server. The script works as Lambda's
event source mapping: it receives up to ten messages, invokes the function, and deletes the messages that are not in
batchItemFailures. The others become visible again and move to the dead-letter queue after the maximum number of receives.
Meanwhile the emulator throttles and aborts calls. The script redelivers processed messages and kills the function between
and during batches. The emulator ignores client tokens.
"""

import argparse
import collections
import json
import random
import time

import boto3

from servers import SNS, Failed, Function, Greengrass, Killed, Moto

arguments = argparse.ArgumentParser()
arguments.add_argument("cli")
arguments.add_argument("bootstrap")
arguments.add_argument("--messages", type=int, default=300)
arguments.add_argument("--seed", type=int, default=random.randrange(2**32))
given = arguments.parse_args()
print(f"--messages {given.messages} --seed {given.seed}")
chance = random.Random(given.seed)

VISIBILITY = 3
RECEIVES = 10


def body(number, definition):
    """A request, direct or in one of the envelopes that a message may contain."""
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
greengrass = Greengrass(given.cli, "--ignore-tokens")
function = Function(given.bootstrap, {"AWS_ENDPOINT_URL_GREENGRASS": greengrass.url})
try:
    sqs = boto3.client("sqs", endpoint_url=moto.url)
    definitions = greengrass.definitions(max(1, given.messages // 10))
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": RECEIVES})
    attributes = {"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive}
    requests = sqs.create_queue(QueueName="requests", Attributes=attributes)["QueueUrl"]

    # Numbers of the valid messages, ids of the invalid ones.
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
        # Limits the number of waiting messages: a receive of the server takes longer with more of them.
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
        counts["of them redelivered"] += sum(m["Attributes"]["ApproximateReceiveCount"] != "1" for m in received)
        create = {"Operation": "CreateConnectorDefinitionVersion"}
        if chance.random() < 0.3:
            counts["throttled calls"] += 3
            code = chance.choice([None, "TooManyRequestsException"])
            greengrass.fault(**create, Times=3, Commit=False, Outcome={"Status": {"Status": 429, "Code": code, "Body": ""}})
        if chance.random() < 0.2:
            counts["aborted calls"] += 1
            greengrass.fault(**create, Commit=chance.random() < 0.5, Outcome=chance.choice(["Reset", "Half"]))
        if chance.random() < 0.1:
            counts["kills between batches"] += 1
            function.kill()
        kill_after = chance.random() * 0.03 if chance.random() < 0.1 else None
        try:
            failures = function.invoke({"Records": [record(m) for m in received]}, kill_after=kill_after)["batchItemFailures"]
        except Killed:
            counts["kills during batches"] += 1
            continue
        except Failed as failed:
            raise SystemExit(f"FAILED: a batch must not fail as a whole: {failed}")
        failed = {failure["itemIdentifier"] for failure in failures}
        counts["failures reported"] += len(failed)
        for message in received:
            if message["MessageId"] in failed:
                continue
            if chance.random() < 0.05:
                counts["redeliveries of processed messages"] += 1
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
        f"{len(good)} valid messages, {sum(made.values())} versions: {len(lost)} lost, {len(doubled)} duplicated; "
        f"{len(poison)} invalid messages, {len(dead_ids)} dead letters: {len(poison ^ dead_ids)} wrong"
    )
    if lost or doubled or made.keys() - good or poison != dead_ids:
        raise SystemExit(f"FAILED: lost {sorted(lost)[:9]}, duplicated {doubled}, --seed {given.seed}")
finally:
    function.kill()
    greengrass.stop()
    moto.stop()
