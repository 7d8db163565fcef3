#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Partner APIs as they answer, in one scripted server on 127.0.0.1.

  /ft/token, /ft/offres/search, /ft/offres/ID   France Travail: OAuth2, range, windows
  /lba/search, /lba/export, /lba/file     La bonne alternance
  /pages /offset /link /cursor /post      paging, five ways
  /basic /bearer /header                  keys
  /robots.txt /sitemap.xml /site /offres/N  a firm's own pages
  /log                                    what was asked so far, as JSON
  /set?name=value                         changes its behaviour

Every offer is invented. Prints "port N", then serves until killed.
"""
import base64
import datetime as dt
import json
import sys
import urllib.parse as up
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
log, tokens, state = [], {}, {"ft_total": "400", "fail": "", "gone": ""}


def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def ft_offer(i, total):
    at = NOW - dt.timedelta(days=10) + dt.timedelta(days=10) * i / total
    return {"id": f"FT{i:05d}", "intitule": "Boulanger / Boulangère",
            "description": "Pétrir, façonner, cuire.", "romeCode": "D1102",
            "dateCreation": stamp(at), "dateActualisation": stamp(at),
            "lieuTravail": {"libelle": "93 - MONTREUIL", "commune": "93048",
                            "codePostal": "93100"},
            "typeContrat": "CDD", "natureContrat": "Contrat apprentissage",
            "entreprise": {"nom": f"Fournil inventé {i}"},
            "contact": {"urlPostulation": f"https://jobs.example/ft/{i}"},
            "alternance": True}


def simple(prefix, i):
    return {"id": f"{prefix}{i}", "title": "Boulanger", "rome": "D1102",
            "cp": "93100", "city": "Montreuil", "kind": "CDI"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, code, body=None, **headers):
        data = b"" if body is None else (
            body if isinstance(body, bytes) else json.dumps(body).encode())
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if code != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def ft(self, path, q, body):
        total = int(state["ft_total"])
        if path == "/ft/token":
            form = dict(up.parse_qsl(body))
            if form.get("client_secret") != "s&cret=1":
                return self.answer(401, {"error": "invalid_client"})
            name = f"token{len(tokens)}"
            tokens[name] = 0
            return self.answer(200, {"access_token": name, "expires_in": 1499,
                                     "token_type": "Bearer"})
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in tokens:
            return self.answer(401, {"message": "no token"})
        tokens[token] += 1
        if state["fail"] == "401" and tokens[token] > 3:
            tokens.pop(token)
            return self.answer(401, {"message": "expired"})
        if state["fail"] == "429":
            state["fail"] = ""
            return self.answer(429, {"message": "too fast"}, Retry_After="1")
        if path == "/ft/referentiel/naturesContrats":
            return self.answer(200, [{"code": "E2", "libelle": "Contrat "
                                      "apprentissage"}, {"code": "FS",
                                      "libelle": "Cont. professionnalisation"}])
        if path.startswith("/ft/offres/") and path != "/ft/offres/search":
            if path.rsplit("/", 1)[1] in state["gone"].split(","):
                return self.answer(204)
            i = int(path.rsplit("/", 1)[1][2:])
            return self.answer(200, ft_offer(i, total))
        first, last = map(int, q["range"][0].split("-"))
        if first > 3000 or last > 3149:
            return self.answer(400, {"message": "La position de début doit être"
                                     " inférieure ou égale à 3000.",
                                     "codeErreur": "x"})
        rows = []
        if q["departement"] == ["93"]:
            rows = [ft_offer(i, total) for i in range(total)]
            if "minCreationDate" in q:
                lo, hi = q["minCreationDate"][0], q["maxCreationDate"][0]
                rows = [r for r in rows
                        if lo <= r["dateCreation"][:19] + "Z" <= hi]
            rows = [r for r in rows if r["id"] not in
                    state["gone"].split(",")]
        if not rows:
            return self.answer(204, Content_Range="*/0")
        part = rows[first:last + 1]
        self.answer(206, {"resultats": part, "filtresPossibles": []},
                    Content_Range=f"offres {first}-{first + len(part) - 1}"
                                  f"/{len(rows)}")

    def lba(self, path, q):
        port = self.server.server_address[1]
        if path == "/lba/file":
            if self.headers.get("Authorization"):
                return self.answer(400, {"message": "key sent to storage"})
            return self.answer(200, [self.lba_job(i) for i in range(7)])
        if self.headers.get("Authorization") != "Bearer lba-key":
            return self.answer(403, {"message": "Forbidden"})
        if path == "/lba/export":
            return self.answer(200, {
                "url": f"http://127.0.0.1:{port}/lba/file?sig=1",
                "lastUpdate": state.get("day", "2026-11-27")})
        dept = q["departements"][0]
        return self.answer(200, {"jobs": [self.lba_job(int(dept))],
                                 "recruiters": [], "warnings": []})

    @staticmethod
    def lba_job(i):
        return {"identifier": {"id": f"lba{i}", "partner_label": "x",
                               "partner_job_id": f"p{i}"},
                "workplace": {"name": "Fournil inventé", "location": {
                    "address": "1 rue Inventée 93100 Montreuil",
                    "geopoint": {"type": "Point",
                                 "coordinates": [2.4411, 48.8638]}}},
                "apply": {"url": f"https://jobs.example/lba/{i}"},
                "contract": {"type": ["Apprentissage"], "duration": 12},
                "offer": {"title": "Boulanger", "rome_codes": ["D1102"],
                          "status": "Active", "opening_count": 1,
                          "target_diploma": {"european": "3"}}}

    def paged(self, path, q, body):
        n, size = 25, 10
        rows = [simple(path[1:], i) for i in range(n)]
        if path == "/pages":
            p = int(q["page"][0])
            part, extra = rows[(p - 1) * size:p * size], {}
        elif path == "/offset":
            o = int(q["start"][0])
            part, extra = rows[o:o + size], {"total": n}
        elif path == "/link":
            p = int(q.get("page", ["1"])[0])
            part, extra = rows[(p - 1) * size:p * size], {}
            link = {"Link": f'</link?page={p + 1}>; rel="next"'}
            return self.answer(200, {"jobs": part}, **(
                link if p * size < n else {}))
        elif path == "/cursor":
            o = int(q.get("token", ["0"])[0])
            part = rows[o:o + size]
            extra = {"meta": {"next": str(o + size)}} if o + size < n else {}
        else:
            form = json.loads(body)
            p = form["Page"]
            part = rows[(p - 1) * size:p * size]
            extra = {"pageCount": 3}
        if state["fail"] == "500" and part and part[0]["id"].endswith("10"):
            state["fail"] = ""
            return self.answer(500, {"message": "once"})
        self.answer(200, {**extra, "jobs": part})

    def site(self, path):
        port = self.server.server_address[1]
        links = [f"/offres/{i}" for i in range(4)] + ["/offres/secret",
                                                      "/contact"]
        if path == "/robots.txt":
            if state.get("robots") == "ill":
                return self.answer(503)
            return self.answer(200, b"User-agent: *\nDisallow: /offres/secret"
                                    b"\nDisallow: /site/closed\n")
        if path == "/sitemap.xml":
            body = "".join(f"<url><loc>http://127.0.0.1:{port}{x}</loc></url>"
                           for x in links)
            return self.answer(200, (
                '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/'
                f'schemas/sitemap/0.9">{body}</urlset>').encode())
        if path == "/site":
            body = "".join(f'<a href="{x}">x</a>' for x in links)
            return self.answer(200, f'<html>{body}<a href="http://elsewhere.'
                               'example/offres/9">y</a></html>'.encode())
        name = path.rsplit("/", 1)[1]
        posting = {"@context": "https://schema.org", "@type": "JobPosting",
                   "title": "Boulanger", "identifier": f"site-{name}",
                   "jobLocation": {"address": {"postalCode": "93100",
                                   "addressLocality": "Montreuil"}},
                   "hiringOrganization": "Fournil inventé"}
        self.answer(200, ('<html><script type="application/ld+json">'
                          f'{json.dumps(posting)}</script></html>').encode())

    def keyed(self, path):
        want = {"/basic": "Basic " + base64.b64encode(
                    b"nom:mot de passe").decode(),
                "/bearer": "Bearer clef", "/header": "Token clef"}[path]
        if self.headers.get("Authorization") != want:
            return self.answer(401, {"message": "who are you?"})
        self.answer(200, {"jobs": [simple(path[1:], 1)]})

    def do_POST(self):
        n = int(self.headers.get("Content-Length", 0))
        self.route(self.rfile.read(n).decode())

    def do_GET(self):
        self.route("")

    def route(self, body):
        url = up.urlsplit(self.path)
        q = up.parse_qs(url.query)
        if url.path == "/log":
            return self.answer(200, log)
        if url.path == "/set":
            state.update({k: v[0] for k, v in
                          up.parse_qs(url.query,
                                      keep_blank_values=True).items()})
            return self.answer(200, state)
        log.append(self.path)
        if url.path.startswith("/ft/"):
            self.ft(url.path, q, body)
        elif url.path.startswith("/lba/"):
            self.lba(url.path, q)
        elif url.path in ("/basic", "/bearer", "/header"):
            self.keyed(url.path)
        elif url.path.startswith(("/robots", "/sitemap", "/site", "/offres")):
            self.site(url.path)
        else:
            self.paged(url.path, q, body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(f"port {server.server_address[1]}", flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit(0)
