"""Keystone v3, as a project's member sees it."""
import copy

from stories.common import GARBAGE, gates, revoked_token

SIGN_IN = "/v3/auth/tokens"


def run(t):
    t.mask(audit_ids="audit id", secret="secret", description="description")
    t.unordered("roles", "methods")
    t.alias(t.cloud.project, "project")
    t.alias(t.cloud.user, "user")
    for role in t.cloud.signed_in["roles"]:
        t.alias(role["id"], "role " + role["name"])
    documents(t)
    signing_in(t)
    refusals(t)
    tokens(t)
    application_credentials(t)
    reading(t)
    gates(t, "/v3/auth/projects", "PATCH", "/v3/no-such-thing")


def documents(t):
    with t.story("documents"):
        t.get("versions", "/", token="")
        t.get("version 3", "/v3", token="")
        t.get("version 3 with a slash", "/v3/", token="")


def without_catalog(body):
    """The catalog and further roles are the installation's; the catalog's shape is looked at once."""
    body = copy.deepcopy(body)
    if isinstance(body, dict):
        for owner in [*body.values(), *body.get("application_credentials", [])]:
            if isinstance(owner, dict) and "roles" in owner:
                owner["roles"] = [role for role in owner["roles"] if role["name"] in ("member", "reader")]
        body.get("token", {}).pop("catalog", None)
    return body


def signing_in(t):
    cloud = t.cloud

    def ask(case, identity, scope=None, **arguments):
        auth = {"identity": identity}
        if scope is not None:
            auth["scope"] = scope
        return t.post(case, arguments.pop("path", SIGN_IN), {"auth": auth}, token="", pick=without_catalog,
                      **arguments)

    by_id = {"methods": ["password"],
             "password": {"user": {"id": cloud.user, "password": cloud.auth["password"]}}}
    with t.story("signing in"):
        t.call("the shape of the answer", "POST", SIGN_IN,
               {"auth": {"identity": cloud.credentials(), "scope": cloud.scope()}}, token="", only_shape=True)
        ask("for a project by names", cloud.credentials(), cloud.scope())
        ask("for a project by IDs", by_id, {"project": {"id": cloud.project}})
        ask("without a scope", by_id)
        ask("without any scope, on purpose", by_id, "unscoped")
        ask("without the catalog", by_id, {"project": {"id": cloud.project}}, path=SIGN_IN + "?nocatalog")
        ask("for a domain where one has no role", by_id, {"domain": {"id": "default"}})
        ask("for the system without a role", by_id, {"system": {"all": True}})
        plain = cloud.ask("identity", "POST", SIGN_IN, {"auth": {"identity": by_id, "scope": "unscoped"}}, token="")
        token = plain.header("X-Subject-Token")
        ask("by a token, for a project", {"methods": ["token"], "token": {"id": token}},
            {"project": {"id": cloud.project}})
        ask("by a token, without a scope", {"methods": ["token"], "token": {"id": token}})
        ask("by a token that is none", {"methods": ["token"], "token": {"id": GARBAGE}})
        ask("by a revoked token", {"methods": ["token"], "token": {"id": revoked_token(t)}})
        ask("by a token and no token in it", {"methods": ["token"]})


def refusals(t):
    cloud = t.cloud

    def user(**changes):
        claim = {key: value for key, value in
                 dict(cloud.credentials()["password"]["user"], **changes).items() if value is not None}
        return {"methods": ["password"], "password": {"user": claim}}

    def ask(case, auth):
        return t.post(case, SIGN_IN, auth if auth is None else {"auth": auth}, token="", pick=without_catalog)

    with t.story("signing in fails"):
        ask("a wrong password", {"identity": user(password="wrong"), "scope": cloud.scope()})
        ask("a password that is a number", {"identity": user(password=17)})
        ask("a password that is null", {"identity": {"methods": ["password"], "password": {
            "user": {"name": cloud.auth["username"], "domain": {"name": "Default"}, "password": None}}}})
        ask("no password", {"identity": user(password=None)})
        ask("an unknown user", {"identity": user(name="no-such-user")})
        ask("an unknown user ID", {"identity": {"methods": ["password"], "password": {
            "user": {"id": "f" * 32, "password": "x"}}}})
        ask("an unknown domain", {"identity": user(domain={"name": "no-such-domain"})})
        ask("no domain", {"identity": user(domain=None)})
        ask("no name", {"identity": user(name=None)})
        ask("a name that is a number", {"identity": user(name=17)})
        ask("an unknown project", {"identity": user(), "scope": {"project": {
            "name": "no-such-project", "domain": {"name": "Default"}}}})
        ask("an unknown project ID", {"identity": user(), "scope": {"project": {"id": "f" * 32}}})
        ask("a project without its domain", {"identity": user(), "scope": {"project": {"name": "demo"}}})
        ask("a project of the domain's other name", {"identity": user(), "scope": {"project": {
            "name": "demo", "domain": {"id": "no-such-domain"}}}})
        ask("a project in the scope that is text", {"identity": user(), "scope": {"project": "demo"}})
        ask("a scope of nothing", {"identity": user(), "scope": {}})
        ask("a scope of two things", {"identity": user(), "scope": {
            "project": {"id": cloud.project}, "domain": {"id": "default"}}})
        ask("a scope that is unknown", {"identity": user(), "scope": {"galaxy": {"id": "1"}}})
        ask("an unknown method", {"identity": {"methods": ["telepathy"], "telepathy": {}}})
        ask("a method without its part", {"identity": {"methods": ["password"]}})
        ask("no method", {"identity": {"methods": []}})
        ask("methods that are text", {"identity": {"methods": "password"}})
        ask("no identity", {})
        ask("an unknown member", {"identity": user(), "scope": cloud.scope(), "no_such": 1})
        t.post("an empty object", SIGN_IN, {}, token="")
        t.post("a list", SIGN_IN, [], token="")
        t.post("no JSON", SIGN_IN, b"{not json", token="", headers={"Content-Type": "application/json"})
        t.post("nothing", SIGN_IN, b"", token="", headers={"Content-Type": "application/json"})
        t.post("another media type", SIGN_IN, b"a=b", token="",
               headers={"Content-Type": "application/x-www-form-urlencoded"})
        t.call("a method of HTTP that is not there", "PUT", SIGN_IN, {"auth": {}})


def tokens(t):
    with t.story("tokens"):
        one = t.cloud.sign_in().header("X-Subject-Token")
        of = {"X-Subject-Token": one}
        t.get("show", SIGN_IN, headers=of, pick=without_catalog)
        t.get("show, its shape", SIGN_IN, headers=of, only_shape=True)
        t.get("show without the catalog", SIGN_IN + "?nocatalog", headers=of, pick=without_catalog)
        t.call("check", "HEAD", SIGN_IN, headers=of)
        t.get("show no token", SIGN_IN)
        t.get("show a token that is none", SIGN_IN, headers={"X-Subject-Token": GARBAGE})
        t.call("check a token that is none", "HEAD", SIGN_IN, headers={"X-Subject-Token": GARBAGE})
        t.get("show by itself", SIGN_IN, headers=of, token=one, pick=without_catalog)
        t.get("catalog", "/v3/auth/catalog", only_shape=True)
        t.get("catalog without a token", "/v3/auth/catalog", token="")
        t.get("projects", "/v3/auth/projects", pick=lambda body: {
            "links": body["links"], "projects": [one for one in body["projects"] if one["id"] == t.cloud.project]})
        t.get("domains", "/v3/auth/domains")
        t.get("system", "/v3/auth/system")
        t.delete("revoke", SIGN_IN, headers=of)
        t.delete("revoke again", SIGN_IN, headers=of)
        t.delete("revoke no token", SIGN_IN)
        t.get("show the revoked token", SIGN_IN, headers=of)
        t.get("ask with the revoked token", "/v3/auth/projects", token=one)


def application_credentials(t):
    all_of = "/v3/users/%s/application_credentials" % t.cloud.user
    with t.story("application credentials"):
        wanted = {"name": t.name("ac"), "description": "for a test"}
        made = t.post("create", all_of, {"application_credential": wanted}, save="ac", pick=without_catalog)
        secret = made.at("application_credential", "secret")
        t.post("create the same", all_of, {"application_credential": wanted})
        t.post("create with a name of length 0", all_of, {"application_credential": {"name": ""}})
        t.post("create without a name", all_of, {"application_credential": {"description": "x"}})
        t.post("create with a long name", all_of, {"application_credential": {"name": "n" * 256}})
        t.post("create with an unknown member", all_of, {"application_credential": {
            "name": t.name("ac-more"), "no_such": 1}}, save="more", pick=without_catalog)
        t.post("create with a role not held", all_of, {"application_credential": {
            "name": t.name("ac2"), "roles": [{"name": "no-such-role"}]}})
        t.post("create with a role by name", all_of, {"application_credential": {
            "name": t.name("ac3"), "roles": [{"name": "member"}], "expires_at": "2040-01-01T00:00:00.000000",
            "unrestricted": True}}, save="ac3", pick=without_catalog)
        t.post("create that has expired", all_of, {"application_credential": {
            "name": t.name("ac4"), "expires_at": "2001-01-01T00:00:00.000000"}})
        t.post("create with a time that is none", all_of, {"application_credential": {
            "name": t.name("ac5"), "expires_at": "tomorrow"}})
        t.post("create without its member", all_of, {})
        t.post("create for somebody else", "/v3/users/%s/application_credentials" % ("f" * 32),
               {"application_credential": wanted})
        t.get("show", "%s/%s" % (all_of, made.id), pick=without_catalog)
        t.get("show none", "%s/%s" % (all_of, "f" * 32))
        t.get("list by name", all_of + "?name=" + t.name("ac"), pick=without_catalog)
        t.get("list by an unknown name", all_of + "?name=no-such-name")
        t.get("list of somebody else", "/v3/users/%s/application_credentials" % ("f" * 32))

        def use(case, claim, scope=None):
            auth = {"identity": {"methods": ["application_credential"], "application_credential": claim}}
            if scope:
                auth["scope"] = scope
            return t.post(case, SIGN_IN, {"auth": auth}, token="", pick=without_catalog)
        token = use("sign in by its ID", {"id": made.id, "secret": secret}).header("X-Subject-Token")
        user = {"name": t.cloud.auth["username"], "domain": {"name": "Default"}}
        use("sign in by its name", {"name": t.name("ac"), "secret": secret, "user": user})
        use("sign in with a wrong secret", {"id": made.id, "secret": "wrong"})
        use("sign in with an unknown ID", {"id": "f" * 32, "secret": "wrong"})
        use("sign in with an unknown name", {"name": "no-such", "secret": secret, "user": user})
        use("sign in with no secret", {"id": made.id})
        use("sign in with a scope", {"id": made.id, "secret": secret}, {"project": {"id": t.cloud.project}})
        t.post("make another one with it", all_of, {"application_credential": {"name": t.name("ac6")}}, token=token)
        t.delete("delete", "%s/%s" % (all_of, made.id))
        t.delete("delete again", "%s/%s" % (all_of, made.id))
        use("sign in with the deleted one", {"id": made.id, "secret": secret})
        t.get("ask with a token of the deleted one", "/v3/auth/projects", token=token)


def reading(t):
    with t.story("what a member may read"):
        t.get("the project", "/v3/projects/" + t.cloud.project)
        t.get("an unknown project", "/v3/projects/" + "f" * 32)
        t.get("the user", "/v3/users/" + t.cloud.user)
        t.get("an unknown user", "/v3/users/" + "f" * 32)
        t.get("projects of the user", "/v3/users/%s/projects" % t.cloud.user, pick=lambda body: {
            "links": body["links"], "projects": [one for one in body["projects"] if one["id"] == t.cloud.project]})
        for what in ("projects", "users", "roles", "services", "endpoints", "domains", "role_assignments"):
            t.get("list " + what, "/v3/" + what)
        t.get("list regions", "/v3/regions", only_shape=True)
        t.get("a region", "/v3/regions/RegionOne")
        t.get("an unknown region", "/v3/regions/no-such-region")
        t.post("create a project", "/v3/projects", {"project": {"name": t.name("project")}})
        t.post("create a user", "/v3/users", {"user": {"name": t.name("user")}})
        t.call("change the project", "PATCH", "/v3/projects/" + t.cloud.project, {"project": {"description": "x"}})
        t.delete("delete the project", "/v3/projects/" + "f" * 32)
        t.post("change the password without knowing it", "/v3/users/%s/password" % t.cloud.user,
               {"user": {"original_password": "wrong", "password": "also-wrong"}})
        t.get("a domain", "/v3/domains/default")
