"""What is asked of every service in the same words."""

NOBODY = "00000000-0000-4000-8000-000000000000"
GARBAGE = "gAAAAABnot-a-token-of-this-cloud"


def revoked_token(t):
    """A token that was good once."""
    token = t.cloud.sign_in().header("X-Subject-Token")
    t.cloud.ask("identity", "DELETE", "/v3/auth/tokens", headers={"X-Subject-Token": token})
    return token


def gates(t, path, wrong_method="DELETE", unknown=None):
    """Who may not come in, and what is not there at all."""
    with t.story("at the door"):
        t.get("without a token", path, token="")
        t.get("with a token that is none", path, token=GARBAGE)
        t.get("with an odd token", path, token="x" * 3000)
        t.get("with a revoked token", path, token=revoked_token(t))
        t.call("a method that is not there", wrong_method, path)
        if unknown:
            t.get("an unknown path", unknown)
            t.get("an unknown path without a token", unknown, token="")


def own(t, key):
    """Of a list only what was made here: others may be at work in the project."""
    def pick(body):
        if isinstance(body, dict) and isinstance(body.get(key), list):
            body = dict(body)
            body[key] = [item for item in body[key] if str(item.get("name", "")).startswith(t.cloud.prefix)]
        return body
    return pick


def pages(t, case, path, key, limit=6):
    """Follows the links of a listing to its end."""
    for number in range(1, limit + 1):
        answer = t.get("%s, page %d" % (case, number), path)
        following = next_page(answer.body, key)
        if not following:
            return
        for service in (t.cloud.endpoints[t.service],):
            if following.startswith(service):
                following = following[len(service):]
        path = following


def next_page(body, key):
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("next"), str):
        return body["next"]
    links = body.get(key + "_links") or body.get("links")
    if isinstance(links, dict):
        return links.get("next")
    for link in links or []:
        if link.get("rel") == "next":
            return link["href"]
    return None
