"""Checks which events the template's EventBridge rule matches, in the rule engine of a moto server.

The script reads the rule from the template, with the parameters' defaults and on a bus of its own. The rule's target is a
queue.
"""

import json
from pathlib import Path

import boto3
import yaml

from servers import Moto


class Template(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, of which only Ref is resolved."""


Template.add_multi_constructor("!", lambda loader, name, node: {name: getattr(node, "value", None)})


def resolved(value, parameters):
    if isinstance(value, dict) and "Ref" in value:
        return parameters[value["Ref"]]["Default"]
    if isinstance(value, dict):
        return {name: resolved(inner, parameters) for name, inner in value.items()}
    return [resolved(inner, parameters) for inner in value] if isinstance(value, list) else value


template = yaml.load(Path("template.yaml").read_text(), Template)
rule = template["Resources"]["ConnectorVersions"]["Properties"]["Events"]["VersionRequestedRule"]["Properties"]
pattern = resolved(rule["Pattern"], template["Parameters"])
OWN_BUS = "fleet"
sample = json.loads(Path("events/eventbridge.json").read_text())

moto = Moto()
try:
    events = boto3.client("events", endpoint_url=moto.url)
    sqs = boto3.client("sqs", endpoint_url=moto.url)
    url = sqs.create_queue(QueueName="target")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name=OWN_BUS)

    def create_rule(**parameters):
        """Creates the rule on the bus that the template names, and returns this bus."""
        given = template["Parameters"] | {name: {"Default": value} for name, value in parameters.items()}
        bus = resolved(rule["EventBusName"], given)
        events.put_rule(Name="rule", EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule="rule", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        return bus

    def passes(bus="default", **other):
        event = {**sample, **other}
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        entry["EventBusName"] = bus
        answer = events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise SystemExit(f"FAILED: {answer}")
        messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bool(messages)

    default = create_rule()
    if default != "default" or passes(bus=OWN_BUS) or not passes():
        raise SystemExit(f"FAILED: the rule is on the bus {default}, not only on default")
    for expected, other in [
        (True, {}),
        (True, {"detail": {}}),
        (False, {"source": "com.example.other"}),
        (False, {"source": "com.example.fleet.test"}),
        (False, {"detail-type": "Connector Version Created"}),
        # The function's own results on the bus must not become requests.
        (False, {"source": "lambda", "detail-type": "Lambda Function Invocation Result - Success"}),
    ]:
        if passes(**other) is not expected:
            raise SystemExit(f"FAILED: expected {expected} for {other or 'the sample event'}")
        print(f"{'matches' if expected else 'no match':8} {other or 'the sample event'}")
    events.remove_targets(Rule="rule", Ids=["queue"])
    events.delete_rule(Name="rule")
    own = create_rule(SourceEventBusName=OWN_BUS)
    if own != OWN_BUS or passes() or not passes(bus=OWN_BUS):
        raise SystemExit(f"FAILED: the rule is on the bus {own}, not only on {OWN_BUS}")
    print(f"matches  the sample event on the bus {OWN_BUS}, and not on default")
finally:
    moto.stop()
