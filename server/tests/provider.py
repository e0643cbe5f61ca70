"""An identity provider for tests: it answers like Keycloak's endpoints for tokens and devices.

`openssl` makes its key and signs its tokens.
"""

import base64
import json
import secrets
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

REALM = "/realms/staff"
FOLDER = f"{REALM}/protocol/openid-connect"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Refused(Exception):
    """An error of the token endpoint: its status, and the members of its JSON."""

    def __init__(self, status, error, description=None):
        self.status = status
        self.told = {"error": error}
        if description:
            self.told["error_description"] = description


class Provider:
    def __init__(self, folder):
        self.key = str(folder / "provider.pem")
        openssl("genrsa", "-out", self.key, "2048")
        # Passwords and claims by usernames.
        self.people = {}
        # How long access tokens are valid, in seconds.
        self.lifetime = 300
        # Who confirms the next login of a device, and how often its question comes too early.
        self.device_user = None
        self.pending = 0
        # Forms that were posted, and everything that must stay secret.
        self.posted = []
        self.secrets = set()
        self.refresh_tokens = {}
        handler = type("Handler", (Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, username, password, **claims):
        self.people[username] = (password, claims)
        self.secrets.add(password)

    def grants(self):
        return [form.get("grant_type") for path, form in self.posted if path == f"{FOLDER}/token"]

    def configuration(self):
        issuer = self.url + REALM
        return {
            "issuer": issuer,
            "jwks_uri": f"{self.url}{FOLDER}/certs",
            "token_endpoint": f"{self.url}{FOLDER}/token",
            "authorization_endpoint": f"{self.url}{FOLDER}/auth",
        }

    def keys(self):
        told = openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip()
        modulus = bytes.fromhex(told.removeprefix("Modulus="))
        key = {"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig"}
        return {"keys": [{**key, "n": base64url(modulus), "e": "AQAB"}]}

    def token(self, claims):
        now = int(time.time())
        claims = {
            "iss": self.url + REALM, "aud": "headcount", "typ": "Bearer", "iat": now,
            "exp": now + self.lifetime, "jti": secrets.token_hex(8), **claims,
        }
        parts = [{"alg": "RS256", "kid": "one", "typ": "JWT"}, claims]
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        signature = openssl("dgst", "-sha256", "-sign", self.key, data=signed.encode())
        return f"{signed}.{base64url(signature)}"

    def tokens(self, username):
        access, refresh = self.token(self.people[username][1]), secrets.token_urlsafe(24)
        self.secrets |= {access, refresh}
        self.refresh_tokens[refresh] = username
        return {
            "access_token": access, "expires_in": self.lifetime, "refresh_expires_in": 1800,
            "refresh_token": refresh, "token_type": "Bearer", "not-before-policy": 0,
            "session_state": secrets.token_hex(8), "scope": "email profile",
        }

    def answer(self, path, form):
        if path == f"{FOLDER}/auth/device":
            device = secrets.token_urlsafe(24)
            self.secrets.add(device)
            self.device = device
            page = f"{self.url}{REALM}/device"
            return {
                "device_code": device, "user_code": "ABCD-EFGH", "verification_uri": page,
                "verification_uri_complete": f"{page}?user_code=ABCD-EFGH",
                "expires_in": 600, "interval": 1,
            }
        if path != f"{FOLDER}/token":
            raise Refused(404, "not_found")
        grant = form.get("grant_type")
        if form.get("client_id") != "sdk-client":
            raise Refused(401, "invalid_client", "Invalid client credentials")
        if grant == "password":
            known, _ = self.people.get(form.get("username"), (None, None))
            if known is None or form.get("password") != known:
                raise Refused(401, "invalid_grant", "Invalid user credentials")
            return self.tokens(form["username"])
        if grant == "refresh_token":
            username = self.refresh_tokens.pop(form.get("refresh_token"), None)
            if username is None:
                raise Refused(400, "invalid_grant", "Token is not active")
            return self.tokens(username)
        if grant == DEVICE_GRANT and form.get("device_code") == self.device:
            if self.pending > 0:
                self.pending -= 1
                raise Refused(400, "authorization_pending", "The authorization request is still pending")
            return self.tokens(self.device_user)
        raise Refused(400, "unsupported_grant_type")


class Handler(BaseHTTPRequestHandler):
    provider = None

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        found = {
            f"{REALM}/.well-known/openid-configuration": self.provider.configuration,
            f"{FOLDER}/certs": self.provider.keys,
        }.get(self.path)
        self.reply(200, found()) if found else self.reply(404, {})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = dict(parse_qsl(self.rfile.read(length).decode()))
        self.provider.posted.append((self.path, form))
        try:
            self.reply(200, self.provider.answer(self.path, form))
        except Refused as refused:
            self.reply(refused.status, refused.told)

    def log_message(self, *_):
        pass
