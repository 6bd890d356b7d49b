"""STS 2011-06-15: who am I, and credentials for a web identity."""

import re

from fake_aws import clock
from fake_aws.refusal import Refusal, invalid

PROVIDER = "arn:aws:iam::{}:oidc-provider/oidc.example"


class WebIdentities:
    """The tokens that the identity provider has given out, and until when each is good."""

    def __init__(self):
        self.known = {}

    def add(self, token, expires=None):
        self.known[token] = expires

    def subject(self, token, now):
        """Raises where the token is not known or has expired."""
        if token not in self.known:
            raise Refusal("InvalidIdentityToken", "No OpenIDConnect provider found in your account for this token")
        expires = self.known[token]
        if expires is not None and expires <= now:
            raise Refusal("ExpiredTokenException", f"Token expired: current date/time {now:.0f} must be before the "
                          f"expiration date/time {expires:.0f}")
        return "system:serviceaccount:gatehouse:gatehouse-lb"


def assume_role_with_web_identity(aws, call, now):
    role, session = call.need("RoleArn"), call.need("RoleSessionName")
    found = re.fullmatch(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)", role)
    if not found:
        raise invalid(f"Request ARN is invalid: {role}")
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", session):
        raise invalid(f"1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy "
                      r"constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*")
    seconds = call.text("DurationSeconds", "3600")
    if not seconds.isdecimal() or not 900 <= int(seconds) <= 43200:
        raise invalid(f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy "
                      "constraint: Member must have value between 900 and 43200")
    token = call.need("WebIdentityToken")
    if not 4 <= len(token) <= 20000:
        raise invalid("1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member "
                      "must have length between 4 and 20000")
    subject = aws.web_identities.subject(token, now)
    account, name = found.groups()
    lifetime = min(int(seconds), aws.longest_session)
    made = aws.keys.issue(f"arn:aws:sts::{account}:assumed-role/{name}/{session}", now + lifetime)
    return {
        "SubjectFromWebIdentityToken": subject, "Audience": "sts.amazonaws.com",
        "AssumedRoleUser": {"Arn": made.owner, "AssumedRoleId": f"AROACLKWSDQRAOEXAMPLE:{session}"},
        "Credentials": {"SessionToken": made.token, "SecretAccessKey": made.secret_key,
                        "Expiration": clock.whole(made.expires), "AccessKeyId": made.access_key},
        "Provider": PROVIDER.format(account),
    }


def who(aws, call, credential):
    return {"Arn": credential.owner, "UserId": credential.access_key, "Account": aws.account.number}
