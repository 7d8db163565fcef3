# SPDX-License-Identifier: EUPL-1.2
"""The pages as a person meets them: in a browser, at the width of a small
telephone and of a tablet, light and dark, with the keyboard alone.

pages.py CHROMIUM LINKS check           looks at every page, then uses them
pages.py CHROMIUM LINKS pictures FOLDER [MAIL.html...]   PNGs of all of them
"""
import pathlib
import re
import sys
import urllib.parse

import devtools

WIDTHS = (320, 600)
# What a look at one page finds wrong, as a list of sentences.
LOOK = r"""(width => {
const wrong = [], all = s => [...document.querySelectorAll(s)];
const shown = e => e.checkVisibility({visibilityProperty: true}) &&
	!e.closest('.vh');
const name = e => e.tagName.toLowerCase() + ' "' +
	(e.textContent || e.name || '').trim().replace(/\s+/g, ' ').slice(0, 40) + '"';
const html = document.documentElement;
if (html.scrollWidth > width) {
	wrong.push('wider than the window: ' + html.scrollWidth);
	for (const e of all('body *'))
		if (e.getBoundingClientRect().right > width + 1)
			{ wrong.push('by ' + name(e)); break; }
}
if (html.lang !== 'fr') wrong.push('no language');
if (all('h1').length !== 1) wrong.push('not one h1');
if (all('main').length !== 1) wrong.push('not one main');
if (!document.title.trim()) wrong.push('no title');
if (document.cookie) wrong.push('a cookie');
if (all('script, img, iframe, object, link').length) wrong.push('foreign parts');
const ids = all('[id]').map(e => e.id);
if (new Set(ids).size !== ids.length) wrong.push('an id twice');
let level = 0;
for (const e of all('h1, h2, h3')) {
	if (+e.tagName[1] > level + 1) wrong.push('a heading jumps: ' + name(e));
	level = +e.tagName[1];
}
for (const e of all('select, input:not([type=hidden])'))
	if (!e.labels.length) wrong.push('no label: ' + e.name);
for (const e of all('fieldset'))
	if (!e.querySelector('legend')) wrong.push('no legend');
for (const e of all('button, a, select, input:not([type=hidden]), summary')) {
	const box = e.getBoundingClientRect();
	if (!shown(e) || e.closest('p')) continue;
	if (box.height < 44 || box.width < 44)
		wrong.push('small: ' + name(e) + ' ' + box.width + ' x ' + box.height);
}
const parts = c => (c.match(/[\d.]+/g) || []).map(Number);
const light = c => { const [r, g, b] = c.map(v => v / 255).map(v =>
	v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
	return .2126 * r + .7152 * g + .0722 * b; };
const ground = e => { for (; e; e = e.parentElement) {
	const c = parts(getComputedStyle(e).backgroundColor);
	if (c.length === 3 || c[3] > 0) return c; }
	return [255, 255, 255]; };
for (const e of all('body *')) {
	const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
	if (!own || !shown(e)) continue;
	const style = getComputedStyle(e);
	const a = light(parts(style.color).slice(0, 3));
	const b = light(ground(e).slice(0, 3));
	const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
	if (ratio < 4.5) wrong.push('contrast ' + ratio.toFixed(2) + ': ' + name(e));
	if (parseFloat(style.fontSize) < 16 - .01) wrong.push('small print: ' + name(e));
}
return wrong; })(%d)"""
# What Tab ought to reach, in the order of the text.
REACHABLE = """[...document.querySelectorAll(
'a[href], button, select, input:not([type=hidden]), summary')].filter(
e => e.checkVisibility()).length"""
WHERE = """(() => { const e = document.activeElement;
if (!e || e === document.body) return null;
const all = [...document.querySelectorAll('*')], s = getComputedStyle(e);
return {at: all.indexOf(e), ring: s.outlineStyle !== 'none' &&
	parseFloat(s.outlineWidth) >= 2, name: e.name || '', value: e.value || '',
	text: e.textContent.trim(), is_date: e.type === 'date'}; })()"""
# Unfolds what is folded; how many.
OPEN = """[...document.querySelectorAll('details')].filter(
e => e.open = true).length"""

failures = []


def wrong(what):
    failures.append(what)
    print("  " + what)


def look(browser, name, width, dark):
    for what in browser.value(LOOK % width):
        wrong(f"{name} at {width}{' dark' if dark else ''}: {what}")


def quiet(browser, base, name):
    """Nothing was complained of, nothing asked of anybody else."""
    for text in browser.complaints:
        wrong(f"{name}: {text}")
    for url in browser.asked:
        # the browser's own pictures, of its date field, are data:
        if not url.startswith((base, "data:")):
            wrong(f"{name}: asks for {url}")
    browser.complaints, browser.asked = [], []


def walk(browser, name):
    """Tab through the page: everything once, in order, and seen."""
    n, last, reached = browser.value(REACHABLE), -1, set()
    for _ in range(8 * n + 8):  # a date has several stops
        browser.tab()
        where = browser.value(WHERE)
        if where is None:
            break
        if where["at"] < last:
            break
        last = where["at"]
        reached.add(last)
        if not where["ring"]:
            wrong(f"{name}: no ring around {where['text'][:30]}")
    if len(reached) != n:
        wrong(f"{name}: Tab reaches {len(reached)} of {n}")


def press(browser, is_it, name):
    """Tab until is_it(what has the focus), then Enter."""
    for _ in range(400):
        browser.tab()
        where = browser.value(WHERE)
        if where and is_it(where):
            browser.enter()
            return where
    raise AssertionError(f"{name}: Tab does not reach it")


def button(value):
    return lambda w: w["name"] == "act" and w["value"] == value


def said(browser, text, name):
    got = browser.value("(document.querySelector('[role=status]') || "
                        "{textContent: 'nothing'}).textContent")
    if text not in got:
        wrong(f"{name}: says {got.strip()!r}, not {text!r}")


# The step that asks for an answer, as the page shows it: its item, what stands
# in its heading, and which buttons it has.
STEP = """(() => { const e = [...document.querySelectorAll('.one')].find(
e => e.querySelector('h3').textContent.startsWith('Suivi '));
return e && {item: e.id, head: e.querySelector('h3').textContent,
	text: e.textContent, acts: [...e.querySelectorAll('button')].map(
	b => b.value)}; })()"""


def follow(browser):
    """A contract's step, due some days ago: asked, answered once."""
    step = browser.value(STEP)
    if not step:
        raise AssertionError("d: no step of a contract")
    if not re.fullmatch(r"Suivi J\+\d+ \(\w+ \d+(er)? \w+\)", step["head"]):
        wrong("d: the step's heading: " + step["head"])
    if step["acts"] != ["ok", "absent", "rupture"]:
        wrong(f"d: the step's buttons: {step['acts']}")
    # the link of the mail leads to it
    browser.value(f"location.hash = {'#' + step['item']!r}")
    if browser.value("(document.querySelector(':target') || {}).id") != \
            step["item"]:
        wrong("d: the mail's link leads nowhere on the page")
    press(browser, button("ok"), "d")
    said(browser, "tout va bien", "d")
    look(browser, "d, followed", 320, False)
    after = browser.value(
        f"document.getElementById({step['item']!r}).textContent")
    if "Réponse : tout va bien" not in after or "Pas joignable" in after:
        wrong("d: the step is not answered: " + " ".join(after.split()))


def use(browser, links):
    """An answer and decisions, with the keyboard."""
    browser.window(320)
    browser.open(links["o"])
    press(browser, lambda w: "Répondre" in w["text"], "o")
    if browser.value("location.pathname")[:3] != "/a/":
        wrong("o: the answer is elsewhere: " + browser.value("location.href"))
    press(browser, button("interested"), "a")
    said(browser, "Merci, c'est noté", "a")
    look(browser, "a, answered", 320, False)
    press(browser, button("pause"), "a")
    said(browser, "la pause commence", "a")

    browser.open(links["d"])
    n = browser.value("document.querySelectorAll('[value=dismiss]').length")
    if not n:
        raise AssertionError("d: no offer to decide about")
    # without a reason the browser itself sends nothing
    browser.value("document.querySelector('details:has([value=dismiss])')"
                  ".open = true")
    browser.value("document.querySelector('[name=reason]').focus()")
    browser.key("ArrowDown", 40)
    browser.key("ArrowDown", 40)
    press(browser, button("dismiss"), "d")
    said(browser, "L'offre est écartée", "d")
    look(browser, "d, dismissed", 320, False)
    if "écartée :" not in browser.value("document.body.textContent"):
        wrong("d: the decision is not shown")
    press(browser, button("later"), "d")
    said(browser, "reviendra dans 7 jours", "d")
    follow(browser)
    browser.value("document.querySelector('#rhythm').value = 'weekly'")
    press(browser, button("rhythm"), "d")
    said(browser, "Votre rythme est enregistré", "d")

    browser.open(links["u"])
    press(browser, lambda w: "Arrêter" in w["text"], "u")
    if "messages sont arr" not in browser.value("document.body.textContent"):
        wrong("u: not stopped")


def check(browser, links):
    base = "{0.scheme}://{0.netloc}/".format(urllib.parse.urlsplit(links["o"]))
    links = dict(links, gone=base + "u/0000000000")
    for name, url in links.items():
        for width in WIDTHS:
            for dark in (False, True):
                browser.window(width, dark=dark)
                browser.open(url)
                browser.value(OPEN)
                look(browser, name, width, dark)
        if name == "gone":  # a page all the same
            browser.complaints = [c for c in browser.complaints
                                  if "404" not in c]
        else:
            walk(browser, name)
        quiet(browser, base, name)
    use(browser, links)
    quiet(browser, base, "in use")
    print(f"{len(links)} pages at {len(WIDTHS)} widths, light and dark; "
          f"{len(failures)} mistakes")


def pictures(browser, links, folder, mails):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    urls = dict(links)
    for mail in mails:
        urls[pathlib.Path(mail).stem] = pathlib.Path(mail).resolve().as_uri()
    for name, url in urls.items():
        for width in WIDTHS:
            for dark in (False, True):
                browser.window(width, dark=dark)
                browser.open(url)
                wide = browser.value("document.documentElement.scrollWidth")
                if wide > width:
                    wrong(f"{name} at {width}: {wide} wide")
                shade = "dark" if dark else "light"
                browser.picture(folder / f"{name}-{width}-{shade}.png")
                if not browser.value(OPEN):
                    continue
                wide = browser.value("document.documentElement.scrollWidth")
                if wide > width:
                    wrong(f"{name}, unfolded, at {width}: {wide} wide")
                browser.picture(folder / f"{name}-open-{width}-{shade}.png")
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def main():
    program, links, what, *rest = sys.argv[1:]
    with open(links, encoding="utf-8") as lines:
        links = dict(line.split() for line in lines)
    browser = devtools.Browser(program)
    try:
        if what == "check":
            check(browser, links)
        else:
            pictures(browser, links, rest[0], rest[1:])
    finally:
        browser.close()
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
