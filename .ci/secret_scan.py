"""Looks for secrets in every file that is tracked, or would be if it were added. What is none is said below, by value
and with its reason: there is no mark with which a line of a file allows itself, and an allowance that no longer meets
anything is an error too."""

import re
import subprocess
import sys

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

# A whole value, and why it is no secret.
ALLOWED = {
    r"AKIAIOSFODNN7EXAMPLE": "the access key id of AWS's documentation",
    r"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "the secret access key of AWS's documentation",
    r"ASIAEXAMPLEEXAMPLE00": "the bench's access key id, in the form of a role's",
    r"AKIALOCALLOCALLOCAL0": "the tests' access key id, which nobody has",
    r"local": "the tests' secret access key, for servers on loopback that ask for any",
    r"EXAMPLEpH\+DcEwjAPg8O9mY8d.*": "the signature of AWS's sample notification",
    r"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a": "the receipt handle of AWS's sample message",
    r"7b270e59b47ff90a553787216d55d91d": "the MD5 sum of AWS's sample message",
    r"AC0{32}": "a Twilio account of zeros, to hold the catalogue to",
    r"/greengrass/definition/connectors/[-0-9a-f]{36}(/versions/[-0-9a-f]{36})?\\?": "the end of an ARN",
    r"arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX": "the form of an ARN",
    r"secretsmanager": "the service's name",
}
# Both are ids: a custom resource's ServiceToken is an ARN, and a client token is in every log.
NO_SECRET_NAMES = r"\b(ServiceToken|AmznClientToken)\b"
# Of the scanner's heuristics those that judge a value or a file by its form. The one that asks the secret's service
# whether it is valid is not among them: nothing is sent.
FILTERS = [
    f"detect_secrets.filters.heuristic.{name}"
    for name in (
        "is_indirect_reference",
        "is_likely_id_string",
        "is_lock_file",
        "is_not_alphanumeric_string",
        "is_potential_uuid",
        "is_prefixed_with_dollar_sign",
        "is_sequential_string",
        "is_templated_secret",
    )
]


def settings():
    detectors = [{"name": detector.__name__} for detector in get_mapping_from_secret_type_to_class().values()]
    for detector in detectors:
        if detector["name"] == "KeywordDetector":
            detector["keyword_exclude"] = NO_SECRET_NAMES
    return {"plugins_used": detectors, "filters_used": [{"path": path} for path in FILTERS]}


def found(files):
    with transient_settings(settings()) as used:
        # On by default; it would let a comment in a line allow that line.
        used.disable_filters("detect_secrets.filters.allowlist.is_line_allowlisted")
        collection = SecretsCollection()
        collection.scan_files(*files)
        return [secret for _, secret in collection]


def main():
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = [name for name in subprocess.check_output(listed, text=True).split("\0") if name]
    met = set()
    problems = []
    for secret in found(files):
        allowance = next((value for value in ALLOWED if re.fullmatch(value, secret.secret_value)), None)
        if allowance:
            met.add(allowance)
        else:
            problems.append(f"{secret.filename}:{secret.line_number}: {secret.type}")
    problems += [f"allowed and nowhere to be found: {value}" for value in ALLOWED if value not in met]
    print("\n".join(problems) or f"{len(files)} files, nothing but what is known to be no secret")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
