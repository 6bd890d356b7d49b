"""What AWS says when it will not: the codes, statuses and sentences, and the two shapes they come in."""

from fake_aws import markup


class Refusal(Exception):
    """One error answer. `fault` is Sender for the caller's mistakes and Receiver for the service's."""

    def __init__(self, code, message, status=400, fault="Sender"):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.fault = code, message, status, fault


def invalid(message):
    """Auto Scaling's and STS's answer to parameters that make no sense."""
    return Refusal("ValidationError", message)


# Why a caller is not let in. EC2 has codes of its own for most of these.
_AT_THE_DOOR = {
    "no_signature": (403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    "malformed": (400, "IncompleteSignature", "The request signature does not conform to AWS standards: {}"),
    "unknown_key": (403, "InvalidClientTokenId", "The security token included in the request is invalid."),
    "bad_signature": (403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature "
                      "you provided. Check your AWS Secret Access Key and signing method. Consult the service "
                      "documentation for details.\n\n{}"),
    "expired": (403, "ExpiredToken", "The security token included in the request is expired"),
    "skewed": (403, "SignatureDoesNotMatch", "{}"),
    "denied": (403, "AccessDenied", "User: {} is not authorized to perform: {} because no identity-based policy allows "
               "the {} action"),
}
_AT_THE_DOOR_OF_EC2 = {
    "no_signature": (400, "MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
    "unknown_key": (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "bad_signature": (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "expired": (400, "RequestExpired", "Request has expired."),
    "skewed": (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "denied": (403, "UnauthorizedOperation", "You are not authorized to perform this operation. User: {} is not "
               "authorized to perform: {} because no identity-based policy allows the {} action"),
}
_SKEWED = "The difference between the request time and the current time is too large."


def at_the_door(service, why, *details, code=None):
    """The refusal for `why`, in this service's words. `code` replaces the service's own code for a skewed clock."""
    status, own, text = (service == "ec2" and _AT_THE_DOOR_OF_EC2.get(why)) or _AT_THE_DOOR[why]
    if code and code != own:
        return Refusal(code, _SKEWED, 403)
    return Refusal(own, text.format(*details), status)


def throttled(service):
    if service == "ec2":
        return Refusal("RequestLimitExceeded", "Request limit exceeded.", 503, "Receiver")
    return Refusal("Throttling", "Rate exceeded")


def broken(service):
    if service == "ec2":
        return Refusal("InternalError", "An internal error has occurred", 500, "Receiver")
    return Refusal("InternalFailure", "We encountered an internal error. Please try again.", 500, "Receiver")


def document(service, refusal, request_id):
    """The error as this service writes it."""
    if service == "ec2":
        error = {"Code": refusal.code, "Message": refusal.message}
        return markup.document("Response", {"Errors": markup.items("Error", [error]), "RequestID": request_id})
    error = {"Type": refusal.fault, "Code": refusal.code, "Message": refusal.message}
    return markup.document("ErrorResponse", {"Error": error, "RequestId": request_id},
                           namespace=markup.NAMESPACES[service])
