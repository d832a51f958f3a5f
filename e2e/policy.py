"""Compares the policies of the stack with lists of calls that they must allow and must deny.

The policies are those of the function's role, the role's trust policy, the queue policies and the permissions to invoke the
function, for several values of the parameters that change them. `calls` contains the lists. The check also fails for a
permission that no listed call needs, and for a type of policy that the script does not read. It also checks which queue
receives which failures, and where the subscription of the topic sends.
"""

import json
import re
import sys

from cfnlint.decode import cfn_yaml

from iam import ROLE, Call, allowed, applies, listed

ACCOUNT, STACK = "123456789012", "connector-versions"
NO_VALUE = object()


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


class Stack:
    """The template in one partition and Region. Parameters not passed have their defaults."""

    # Service and resource part of each type's ARN. The ARN of a log group includes its streams.
    NAMES = {
        "AWS::DynamoDB::Table": ("dynamodb", "table/{}"),
        "AWS::Events::Rule": ("events", "rule/{}"),
        "AWS::IAM::Role": ("iam", "role/{}"),
        "AWS::Logs::LogGroup": ("logs", "log-group:{}:*"),
        "AWS::Serverless::Function": ("lambda", "function:{}"),
        "AWS::SQS::Queue": ("sqs", "{}"),
    }

    def __init__(self, partition, region, **parameters):
        self.template = cfn_yaml.load("template.yaml")
        self.partition, self.region = partition, region
        self.values = {name: each.get("Default") for name, each in self.template["Parameters"].items()} | parameters
        self.values |= {"AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": ACCOUNT}
        self.values |= {"AWS::NoValue": NO_VALUE, "AWS::StackName": STACK}
        self.conditions = {}
        for name, each in self.template["Conditions"].items():
            self.conditions[name] = self.resolved(each)
        self.resources = {
            name: each
            for name, each in self.template["Resources"].items()
            if self.conditions.get(each.get("Condition"), True)
        }

    def arn(self, name):
        # The transform creates the rule from the function's event of that name.
        check(name in self.resources or name == "ConnectorVersionsVersionRequestedRule", f"{name} is in this stack")
        type_ = "AWS::Events::Rule" if name == "ConnectorVersionsVersionRequestedRule" else self.resources[name]["Type"]
        service, form = self.NAMES[type_]
        region = "" if service == "iam" else self.region
        return f"arn:{self.partition}:{service}:{region}:{ACCOUNT}:" + form.format(f"{STACK}-{name}")

    def resolved(self, value):
        if isinstance(value, list):
            return [each for each in map(self.resolved, value) if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        # A policy statement has a Condition too, which is an object.
        if len(value) != 1 or not self.is_function(*next(iter(value.items()))):
            resolved = {name: self.resolved(each) for name, each in value.items()}
            return {name: each for name, each in resolved.items() if each is not NO_VALUE}
        (function, argument), = value.items()
        match function, argument:
            case "Ref", name:
                return self.values[name] if name in self.values else f"{STACK}-{name}"
            case "Fn::GetAtt", [name, "Arn"]:
                return self.arn(name)
            case "Fn::Sub", str(text):
                return re.sub(r"\$\{([^}]+)\}", lambda found: self.resolved({"Ref": found[1]}), text)
            case "Fn::GetAtt", [name, "QueueName"]:
                return f"{STACK}-{name}"
            case "Fn::If", [condition, if_true, if_false]:
                return self.resolved(if_true if self.conditions[condition] else if_false)
            case "Condition", name:
                return self.conditions[name]
            case "Fn::And", conditions:
                return all(map(self.resolved, conditions))
            case "Fn::Equals", [left, right]:
                return self.resolved(left) == self.resolved(right)
            case "Fn::Not", [condition]:
                return not self.resolved(condition)
        return sys.exit(f"FAILED: unsupported function in a policy or condition: {function}")

    @staticmethod
    def is_function(name, argument):
        return name == "Ref" or name.startswith("Fn::") or (name == "Condition" and isinstance(argument, str))

    def of_type(self, type_):
        return {
            name: self.resolved(each["Properties"]) for name, each in self.resources.items() if each["Type"] == type_
        }

    def statements(self):
        """Every statement. The principal of the role's statements is the role."""
        grant = {type_ for each in self.resources.values() if re.search("IAM|Policy|Permission", type_ := each["Type"])}
        grant -= {"AWS::IAM::Role", "AWS::Lambda::Permission", "AWS::SQS::QueuePolicy"}
        check(not grant, f"the script does not read these types, which may grant permissions: {grant}")
        (role, of_role), = self.of_type("AWS::IAM::Role").items()
        check("ManagedPolicyArns" not in of_role, "the role has no managed policies, which the script cannot read")
        for policy in of_role["Policies"]:
            yield from ({"Principal": ROLE} | each for each in policy["PolicyDocument"]["Statement"])
        for each in of_role["AssumeRolePolicyDocument"]["Statement"]:
            yield {"Resource": self.arn(role)} | each
        for policy in self.of_type("AWS::SQS::QueuePolicy").values():
            yield from policy["PolicyDocument"]["Statement"]
        for permission in self.of_type("AWS::Lambda::Permission").values():
            known = {"FunctionName", "Action", "Principal", "SourceArn"}
            check(permission.keys() == known, f"the script reads these properties of a permission: {known}")
            check(permission["FunctionName"] == f"{STACK}-ConnectorVersions", "a permission is for the function")
            yield {
                "Effect": "Allow",
                "Principal": {"Service": permission["Principal"]},
                "Action": permission["Action"],
                "Resource": self.arn("ConnectorVersions"),
                "Condition": {"ArnEquals": {"aws:SourceArn": permission["SourceArn"]}},
            }


def try_all(stack, may, must_not):
    statements = list(stack.statements())
    for call in may:
        check(allowed(statements, call), f"must be allowed: {call}")
    for call in must_not:
        check(not allowed(statements, call), f"must be denied: {call}")
    for statement in (each for each in statements if each["Effect"] == "Allow"):
        for action in listed(statement["Action"]):
            check("*" not in action, f"{action} has no wildcard")
            for resource in listed(statement["Resource"]):
                one = statement | {"Action": action, "Resource": resource}
                check(any(applies(one, call) for call in may), f"allowed, but no listed call needs it: {json.dumps(one)}")
                check(resource != "*" or action.startswith("xray:"), f"{action} on every resource")
    return len(may), len(must_not)


def calls(stack):
    """Calls that a stack must allow, and calls that it must deny."""
    def arn(service, resource, region=stack.region, account=ACCOUNT):
        return f"arn:{stack.partition}:{service}:{region}:{account}:{resource}"

    def definition(kind="connectors", **where):
        return arn("greengrass", f"/greengrass/definition/{kind}/0b1f6a4e-6c53-4d0a-9a55-3c1f2a7d8e90", **where)

    def role(actions, *resources):
        return [Call(action, resource) for action in actions.split() for resource in resources]

    version = definition() + "/versions/5d2c8f1b-94e7-4b3a-8c3e-1d2f3a4b5c6d"
    requests, messages = stack.arn("RequestQueue"), stack.arn("DeadLetterQueue")
    records, events = stack.arn("FailureRecordQueue"), stack.arn("EventDeadLetterQueue")
    dead, function = [messages, records, events], stack.arn("ConnectorVersions")
    bus = arn("events", "event-bus/results")
    log_group = arn("logs", f"log-group:{STACK}-LogGroup")
    stream = log_group + ":log-stream:2026/03/02/[$LATEST]0123456789abcdef"
    table = arn("dynamodb", f"table/{STACK}-IdempotencyTable")
    rule = stack.arn("ConnectorVersionsVersionRequestedRule")
    own_role = stack.arn("FunctionRole")
    elsewhere = [{"region": "eu-west-3"}, {"account": "999999999999"}, {"region": "eu-west-3", "account": "999999999999"}]
    topic = arn("sns", "requests")
    # Allowed only if a parameter says so.
    of_parameters = {
        "HasTable": role("dynamodb:PutItem", table),
        "HasResultEventBus": role("events:PutEvents", bus),
        "TopicSendsToQueue": [Call("sqs:SendMessage", requests, "sns.amazonaws.com", {"aws:SourceArn": topic})],
        "TopicInvokesFunction": [Call("lambda:InvokeFunction", function, "sns.amazonaws.com", {"aws:SourceArn": topic})],
    }

    may = [
        *role("greengrass:CreateConnectorDefinitionVersion greengrass:GetConnectorDefinition", definition()),
        *role("greengrass:ListConnectorDefinitionVersions", definition()),
        # Authorization may name the definition or the version.
        *role("greengrass:GetConnectorDefinitionVersion", definition(), version),
        *role("sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes", requests),
        *role("sqs:SendMessage", records),
        *role("logs:CreateLogStream logs:PutLogEvents", stream),
        *role("xray:PutTraceSegments xray:PutTelemetryRecords", "*"),
        Call("sts:AssumeRole", own_role, "lambda.amazonaws.com"),
        Call("sqs:SendMessage", events, "events.amazonaws.com", {"aws:SourceArn": rule}),
    ]
    reads_and_creates = (
        "greengrass:CreateConnectorDefinitionVersion greengrass:GetConnectorDefinition"
        " greengrass:GetConnectorDefinitionVersion greengrass:ListConnectorDefinitionVersions"
    )
    must_not = [
        # Other Regions and accounts, and resources other than connector definitions.
        *role(reads_and_creates, *(definition(**where) for where in elsewhere)),
        *role(reads_and_creates, *map(definition, ["cores", "devices", "functions", "loggers", "resources"])),
        *role(reads_and_creates, *map(definition, ["subscriptions", "connectors-of-others"])),
        *role(reads_and_creates, arn("greengrass", "/greengrass/groups/1"), arn("greengrass", "components:x"), "*"),
        # Other actions, also on connector definitions.
        *role("greengrass:CreateConnectorDefinition greengrass:ListConnectorDefinitions", definition(), "*"),
        *role("greengrass:UpdateConnectorDefinition greengrass:DeleteConnectorDefinition", definition()),
        *role("greengrass:CreateGroupVersion greengrass:CreateDeployment", arn("greengrass", "/greengrass/groups/1")),
        *role("greengrass:CreateFunctionDefinitionVersion greengrass:CreateCoreDefinitionVersion", definition()),
        *role("greengrass:AssociateRoleToGroup greengrass:TagResource greengrass:ResetDeployments", definition(), "*"),
        # The function receives requests, and Lambda sends failure records with its role. It never does the opposite. SQS
        # itself moves messages to their dead-letter queue.
        *role("sqs:SendMessage sqs:PurgeQueue sqs:DeleteQueue sqs:SetQueueAttributes sqs:AddPermission", requests),
        *role("sqs:ReceiveMessage sqs:DeleteMessage sqs:PurgeQueue sqs:StartMessageMoveTask", *dead),
        *role("sqs:SendMessage", messages, events),
        *role("sqs:SendMessage sqs:ReceiveMessage sqs:DeleteMessage", arn("sqs", "another"), requests + "-2", records + "2"),
        # The function sends results to one bus, and to none by default.
        *role("events:PutEvents", arn("events", "event-bus/default"), arn("events", "event-bus/")),
        *role("events:PutEvents", arn("events", "event-bus/results", "eu-west-3"), "*"),
        *role("events:PutRule events:PutTargets events:DeleteRule", bus, rule),
        # The function writes to one log group and never reads.
        *role("logs:CreateLogGroup logs:DeleteLogGroup logs:GetLogEvents logs:FilterLogEvents", log_group, stream, "*"),
        *role("logs:CreateLogStream logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/other:log-stream:1")),
        *role("xray:GetTraceSummaries xray:BatchGetTraces", "*"),
        # The function only puts items into the table.
        *role("dynamodb:GetItem dynamodb:DeleteItem dynamodb:UpdateItem dynamodb:Query dynamodb:Scan", table),
        *role("dynamodb:BatchWriteItem dynamodb:DeleteTable dynamodb:DescribeTable dynamodb:PartiQLInsert", table),
        *role("dynamodb:PutItem", arn("dynamodb", "table/other"), table + "/index/1", table.replace(ACCOUNT, "9" * 12)),
        # Common steps of an attacker.
        *role("iam:PassRole iam:PutRolePolicy iam:AttachRolePolicy iam:CreateAccessKey iam:GetRole", own_role, "*"),
        *role("sts:AssumeRole sts:GetFederationToken", own_role, "*"),
        *role("lambda:InvokeFunction lambda:UpdateFunctionCode lambda:GetFunction", arn("lambda", "function:other"), "*"),
        *role("s3:GetObject s3:PutObject s3:ListAllMyBuckets", f"arn:{stack.partition}:s3:::bucket/key", "*"),
        *role("kms:Decrypt kms:GenerateDataKey", arn("kms", "key/1"), "*"),
        *role("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:line"), "*"),
        *role("ssm:GetParameter ec2:RunInstances cloudformation:UpdateStack sns:Publish iot:Publish", "*"),
        # Other principals, and requests without TLS.
        *(Call("sts:AssumeRole", own_role, who) for who in ["ec2.amazonaws.com", "events.amazonaws.com", "anyone"]),
        *(
            Call("sqs:SendMessage", events, "events.amazonaws.com", context)
            for context in [{}, {"aws:SourceArn": arn("events", "rule/other")}, {"aws:SourceArn": rule + "-2"}]
        ),
        *(Call("sqs:SendMessage", queue, "events.amazonaws.com", {"aws:SourceArn": rule}) for queue in (requests, *dead[:2])),
        *(Call("sqs:SendMessage", events, who, {"aws:SourceArn": rule}) for who in ["sns.amazonaws.com", "anyone"]),
        *(Call("sqs:ReceiveMessage", events, who, {"aws:SourceArn": rule}) for who in ["events.amazonaws.com", "anyone"]),
        *(Call("sqs:SendMessage", queue, "anyone") for queue in (requests, *dead)),
        # Another topic, another service, and another target than the topic's.
        *(
            Call(action, resource, "sns.amazonaws.com", context)
            for action, resource in [("sqs:SendMessage", requests), ("lambda:InvokeFunction", function)]
            for context in [{}, *({"aws:SourceArn": other} for other in (topic + "-2", topic.replace(ACCOUNT, "9" * 12), "*"))]
        ),
        *(Call("sqs:SendMessage", queue, "sns.amazonaws.com", {"aws:SourceArn": topic}) for queue in dead),
        *(Call("sqs:ReceiveMessage", requests, who, {"aws:SourceArn": topic}) for who in ["sns.amazonaws.com", "anyone"]),
        *(
            Call(action, resource, who, {"aws:SourceArn": topic})
            for action, resource in [("sqs:SendMessage", requests), ("lambda:InvokeFunction", function)]
            for who in ["events.amazonaws.com", "s3.amazonaws.com", "anyone"]
        ),
        Call("lambda:UpdateFunctionCode", function, "sns.amazonaws.com", {"aws:SourceArn": topic}),
        Call(
            "sqs:SendMessage", requests, "sns.amazonaws.com", {"aws:SourceArn": topic, "aws:SecureTransport": "false"}
        ),
        Call("sqs:ReceiveMessage", requests, context={"aws:SecureTransport": "false"}),
        Call("sqs:SendMessage", records, context={"aws:SecureTransport": "false"}),
        Call(
            "sqs:SendMessage", events, "events.amazonaws.com", {"aws:SourceArn": rule, "aws:SecureTransport": "false"}
        ),
    ]
    for condition, of_condition in of_parameters.items():
        (may if stack.conditions[condition] else must_not).extend(of_condition)
    return may, must_not


def check_failures(stack):
    """Each format of failure has a queue of its own, which has an alarm and an output."""
    rule = stack.template["Resources"]["ConnectorVersions"]["Properties"]["Events"]["VersionRequestedRule"]["Properties"]
    (_, invocation), = stack.of_type("AWS::Lambda::EventInvokeConfig").items()
    destinations = invocation["DestinationConfig"]
    receivers = {
        "DeadLetterQueue": stack.of_type("AWS::SQS::Queue")["RequestQueue"]["RedrivePolicy"]["deadLetterTargetArn"],
        "FailureRecordQueue": destinations["OnFailure"]["Destination"],
        "EventDeadLetterQueue": stack.resolved(rule["DeadLetterConfig"]["Arn"]),
    }
    alarms = stack.of_type("AWS::CloudWatch::Alarm").values()
    for queue, receiver in receivers.items():
        check(receiver == stack.arn(queue), f"{queue} receives its failures, not {receiver}")
        about = {"Name": "QueueName", "Value": f"{STACK}-{queue}"}
        ages = [each for each in alarms if about in each["Dimensions"]]
        check([each["MetricName"] for each in ages] == ["ApproximateAgeOfOldestMessage"], f"{queue} has an alarm")
        check(stack.template["Outputs"][f"{queue}Url"]["Value"] == {"Ref": queue}, f"{queue} has an output")
        denied = [each for each in stack.statements() if each.get("Resource") == receiver and each["Effect"] == "Deny"]
        check(len(denied) == 1, f"{queue} has a policy that denies requests without TLS")
    for metric in "DestinationDeliveryFailures", "AsyncEventsDropped":
        about = {"MetricName": metric, "Namespace": "AWS/Lambda"}
        check(any(about.items() <= each.items() for each in alarms), f"{metric} has an alarm")
    has_results = "OnSuccess" in destinations
    check(has_results is stack.conditions["HasResultEventBus"], "results are sent if and only if there is a bus for them")


def check_topic(stack):
    """The subscription sends where the topic may."""
    subscriptions = [
        (each["TopicArn"], each["Protocol"], each["Endpoint"]) for each in stack.of_type("AWS::SNS::Subscription").values()
    ]
    topic = stack.values["RequestTopicArn"]
    match stack.values["RequestTopicArn"], stack.values["RequestTopicTarget"]:
        case "", _:
            expected = []
        case _, "queue":
            expected = [(topic, "sqs", stack.arn("RequestQueue"))]
        case _, "function":
            expected = [(topic, "lambda", stack.arn("ConnectorVersions"))]
    check(subscriptions == expected, f"subscriptions are {expected}, not {subscriptions}")


tried = []
for partition, region in ("aws", "us-east-1"), ("aws-cn", "cn-north-1"):
    topic = {"RequestTopicArn": f"arn:{partition}:sns:{region}:{ACCOUNT}:requests"}
    for parameters in [
        {},
        {"Idempotency": "latest", "MetricsNamespace": ""},
        {"Idempotency": "table"},
        {"ResultEventBusName": "results"},
        topic,
        topic | {"RequestTopicTarget": "function"},
        {"RequestTopicTarget": "function"},
        topic | {"Idempotency": "table", "ResultEventBusName": "results"},
    ]:
        stack = Stack(partition, region, **parameters)
        tried.append(try_all(stack, *calls(stack)))
        check_failures(stack)
        check_topic(stack)

function = stack.resources["ConnectorVersions"]["Properties"]
check(function["Role"] == {"Fn::GetAtt": ["FunctionRole", "Arn"]}, "the function has the checked role")
check(not function.keys() & {"Policies", "Connectors", "FunctionUrlConfig"}, "no property of the function grants more")
check("EventInvokeConfig" not in function, "AsynchronousInvocation alone has the destinations")
for name, queue in stack.of_type("AWS::SQS::Queue").items():
    check(queue.get("SqsManagedSseEnabled") is True, f"{name} is encrypted (checkov skips this check)")
print(f"{len(tried)} stacks: {sum(may for may, _ in tried)} calls allowed and {sum(no for _, no in tried)} calls denied, as required")
