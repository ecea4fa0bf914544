import os
import pickle
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from college.certs.paper import Paper, shipped
from college.certs.refusals import (
    DesignRefused,
    FactMissing,
    MissingGlyph,
    NotPrinted,
    TextTooLong,
)
from college.certs.rendering import Press, first_page_png, merged, name_fit
from college.certs.wording import SHIPPED
from tests.certs.samples import FACTS, LINK, LONG_COURSE, NAMES

TREE = Path(__file__).parents[2]
HASH_OF_ALL = """
from hashlib import sha256
from college.certs.paper import shipped
from college.certs.rendering import Press
from college.certs.wording import SHIPPED
from tests.certs.samples import FACTS
press = Press()
print(sha256(b"".join(press.pull(shipped(name), FACTS) for name in {order})).hexdigest())
"""


@pytest.fixture(scope="module")
def press():
    return Press()


def run(*command, data=b""):
    """What a tool prints. A missing tool is a failure, never a skipped test."""
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def squeezed(text):
    return re.sub(r"\s", "", text)


def text_of(pdf):
    return squeezed(run("pdftotext", "-", "-", data=pdf).decode())


def page_at(pdf, dpi):
    return run("pdftoppm", "-r", str(dpi), "-png", "-singlefile", "-", data=pdf)


def paper(body, css="@page { size: 100mm 100mm }"):
    html = f'<html lang="zh-CN"><head><title>试</title></head><body>{body}</body></html>'
    return Paper(html, css, "draft")


@pytest.mark.parametrize("which", NAMES)
@pytest.mark.parametrize("design", SHIPPED)
def test_every_design_gives_every_name_back_character_by_character(press, design, which):
    pdf = press.pull(shipped(design), FACTS | {"name": NAMES[which]})
    if design == "bilingual" and which in {"twenty_five", "thirty_two"}:
        # Two lines in a narrow column: only in reading order do they stand together.
        raw = run("pdftotext", "-raw", "-", "-", data=pdf).decode()
        assert squeezed(NAMES[which]) in squeezed(raw)
        return
    lines = run("pdftotext", "-layout", "-", "-", data=pdf).decode().splitlines()
    assert squeezed(NAMES[which]) in text_of(pdf)
    assert any(squeezed(NAMES[which]) in squeezed(line) for line in lines)


@pytest.mark.parametrize("design", SHIPPED)
def test_every_design_is_one_page_for_the_longest_name_course_and_issuer(press, design):
    facts = FACTS | {
        "name": NAMES["twenty_five"],
        "course": (LONG_COURSE * 3)[:120],
        "issuer": "内蒙古自治区通辽市社会工作人才教育培训与评价中心",
    }
    with pikepdf.open(BytesIO(press.pull(shipped(design), facts))) as pdf:
        assert len(pdf.pages) == 1


@pytest.mark.parametrize("design", SHIPPED)
def test_the_code_is_read_from_the_page_at_150_dpi(press, design, tmp_path):
    picture = tmp_path / "page.png"
    pdf = press.pull(shipped(design), FACTS | {"course": LONG_COURSE})
    picture.write_bytes(page_at(pdf, 150))
    assert run("zbarimg", "--quiet", "--raw", str(picture)).decode().strip() == LINK


def test_a_long_address_is_still_read_at_150_dpi(press, tmp_path):
    picture, link = tmp_path / "page.png", f"https://{'college.' * 6}example.cn/verify/{'7K3M' * 4}"
    picture.write_bytes(page_at(press.pull(shipped("completion"), FACTS | {"qr": link}), 150))
    assert run("zbarimg", "--quiet", "--raw", str(picture)).decode().strip() == link


def test_two_processes_with_different_hash_seeds_print_the_same_bytes():
    hashes = set()
    for seed, order in (("1", sorted(SHIPPED)), ("4242", sorted(SHIPPED))):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": f"UTC-{seed[0]}"}
        script = HASH_OF_ALL.format(order=order)
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, check=True)
        hashes.add(done.stdout)
    assert len(hashes) == 1


def test_what_was_printed_before_leaves_no_trace(press):
    alone = Press().pull(shipped("hours"), FACTS)
    for design in SHIPPED:
        press.pull(shipped(design), FACTS | {"name": NAMES["rare"]})
    assert sha256(press.pull(shipped("hours"), FACTS)).digest() == sha256(alone).digest()


@pytest.mark.parametrize("design", SHIPPED)
def test_all_faces_are_embedded_and_ours(press, design):
    listed = run("pdffonts", "-", data=press.pull(shipped(design), FACTS)).decode()
    rows = listed.splitlines()[2:]
    assert rows
    for row in rows:
        assert re.search(r"LXGW|Paper-Song|Paper-Marks|Noto-Serif-CJK-SC", row), row
        assert re.search(r" yes +yes +yes +\d+ +0$", row), row  # embedded, subset, readable


@pytest.mark.parametrize("design", SHIPPED)
def test_qpdf_finds_nothing_wrong(press, design, tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(press.pull(shipped(design), FACTS))
    assert b"No syntax or stream encoding errors found" in run("qpdf", "--check", str(file))


@pytest.mark.parametrize("design", SHIPPED)
def test_a_paper_claims_and_holds_what_archives_and_screen_readers_need(press, design):
    with pikepdf.open(BytesIO(press.pull(shipped(design), FACTS))) as pdf:
        xmp = pdf.Root.Metadata.read_bytes().decode()
        assert xmp.count("</rdf:RDF>") == 1
        assert 'pdfuaid:part="1"' in xmp
        assert re.search(r"pdfaid:part(=\"|>)3", xmp)
        assert re.search(r"pdfaid:conformance(=\"|>)A", xmp)
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert pdf.Root.OutputIntents[0].DestOutputProfile.N == 3
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "zh-CN"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.pages[0].Tabs == "/S"
        figures = [tag for tag in tags(pdf.Root.StructTreeRoot) if tag.get("/S") == "/Figure"]
        assert len(figures) == 2
        assert {str(figure.Alt) for figure in figures} == {
            "样章，仅供演示，不具效力",
            f"二维码：查验本证，查验码{FACTS['code']}",
        }


def tags(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from tags(kid)


def test_headings_come_in_order_for_screen_readers(press):
    for design in SHIPPED:
        with pikepdf.open(BytesIO(press.pull(shipped(design), FACTS))) as pdf:
            names = [str(tag.S) for tag in tags(pdf.Root.StructTreeRoot)]
        levels = [int(name[2]) for name in names if re.fullmatch(r"/H\d", name)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_completion_paper_says_what_the_rules_of_the_college_say(press):
    text = text_of(press.pull(shipped("completion"), FACTS))
    assert "于2026年6月8日至2026年6月30日参加我院举办的" in text
    assert f"“{FACTS['course']}”，完成规定课程48学时，经考核合格，准予结业。" in text
    assert "证件尾号002X" in text
    assert "通辽社会工作学院" in text
    assert "2026年7月3日" in text


def test_a_paper_says_it_has_no_electronic_seal_and_claims_no_log(press):
    for design in SHIPPED:
        text = text_of(press.pull(shipped(design), FACTS))
        assert "未加电子签章，以查验结果为准" in text
        assert f"查验码{FACTS['code']}" in text
        assert FACTS["verify"] in text
        for claim in ("密钥", "日志", "检查点", "验签", "无网络"):
            assert claim not in text


@pytest.mark.parametrize("character", ["\U0001f9ff", "\ue000", "\U000323af", "\U00030000", "ᠮ"])
def test_a_character_no_face_has_is_named(press, character):
    with pytest.raises(MissingGlyph) as caught:
        press.pull(shipped("completion"), FACTS | {"name": f"王{character}芳"})
    assert caught.value.characters == (character,)
    assert caught.value.codes == (f"U+{ord(character):04X}",)
    assert f"U+{ord(character):04X}" in str(caught.value)


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\x07", "\n", "\ud800"])
def test_an_invisible_character_is_not_printed_in_silence(press, character):
    with pytest.raises(MissingGlyph):
        press.pull(shipped("completion"), FACTS | {"name": f"王{character}芳"})


def test_a_glyph_of_a_face_that_only_this_machine_has_counts_as_missing(press):
    """Hebrew is in DejaVu, which Debian brings along, and in no face of the papers."""
    with pytest.raises(MissingGlyph, match=r"U\+05D0"):
        press.pull(shipped("completion"), FACTS | {"name": "אבג"})


@pytest.mark.parametrize(
    "body",
    [
        '<img src="file:///etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="//127.0.0.1/x.png">',
        '<img src="asset:../paper.css">',
        '<img src="asset:none-such.svg">',
        '<img src="asset:">',
        '<img src="seal-specimen.svg">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<object data="file:///etc/hostname"></object>',
        "<style>@import url(http://127.0.0.1:9/x.css);</style>",
        '<p style="background: url(file:///etc/hostname)">x</p>',
        '<img src="data:image/svg+xml,&lt;svg/&gt;">',
        '<img src="{{photo}}">',
    ],
)
def test_a_design_reaches_nothing_but_its_assets(press, body):
    facts = FACTS | {"photo": "file:///etc/hostname"}
    with pytest.raises(DesignRefused):
        press.pull(paper(body), facts)


@pytest.mark.parametrize(
    "css",
    [
        "@import url(file:///etc/hostname);",
        "p { background: url(http://127.0.0.1:9/x.png) }",
        "@font-face { font-family: x; src: url(file:///etc/hostname) }"
        "p { background: url(asset:../x) }",
    ],
)
def test_a_style_reaches_nothing_but_the_assets(press, css):
    with pytest.raises(DesignRefused):
        press.pull(paper("<p>试</p>", css), FACTS)


def test_a_design_cannot_change_the_faces_of_another(press):
    before = press.pull(shipped("completion"), FACTS)
    stolen = '@font-face { font-family: "LXGW WenKai"; src: url(asset:paper-song-700.ttf) }'
    press.pull(paper("<p>证书</p>", stolen), FACTS)
    assert press.pull(shipped("completion"), FACTS) == before


def test_facts_are_text_and_never_markup(press):
    course = "<b>甲</b>&amp;\"'{{name}}"
    text = text_of(press.pull(shipped("completion"), FACTS | {"course": course}))
    assert squeezed(course) in text


@pytest.mark.parametrize("missing", ["course", "number", "qr", "name"])
def test_a_missing_fact_is_named(press, missing):
    facts = {key: value for key, value in FACTS.items() if key != missing}
    with pytest.raises(FactMissing) as caught:
        press.pull(shipped("completion"), facts)
    assert caught.value.name == missing


@pytest.mark.parametrize("blank", ["issuer", "date"])
def test_no_seal_stands_without_issuer_and_date(press, blank):
    with pytest.raises(FactMissing, match=blank):
        press.pull(shipped("completion"), FACTS | {blank: " "})


@pytest.mark.parametrize("seal", ["none-such.svg", "../x.svg", "paper-song-400.ttf", ""])
def test_a_seal_is_one_of_the_assets(press, seal):
    with pytest.raises(DesignRefused):
        press.pull(shipped("completion"), FACTS | {"seal": seal})


def test_text_that_would_run_into_the_foot_is_refused(press):
    with pytest.raises(TextTooLong):
        press.pull(shipped("completion"), FACTS | {"course": "社会工作" * 100})


def test_a_second_page_is_refused(press):
    with pytest.raises(TextTooLong):
        press.pull(paper("<p>试</p>" * 60), FACTS)


def test_a_word_that_cannot_be_broken_is_refused_when_it_spills(press):
    with pytest.raises(TextTooLong):
        press.pull(paper(f'<p style="white-space: nowrap">{"课" * 60}</p>'), FACTS)


def test_a_photo_is_printed_where_the_design_has_room(press):
    out = BytesIO()
    Image.new("RGB", (295, 413), "#88a").save(out, "jpeg")
    photo = f"data:image/jpeg;base64,{b64encode(out.getvalue()).decode()}"
    with pikepdf.open(BytesIO(press.pull(shipped("completion"), FACTS | {"photo": photo}))) as pdf:
        figures = [tag for tag in tags(pdf.Root.StructTreeRoot) if tag.get("/S") == "/Figure"]
    assert "持证人照片" in {str(figure.Alt) for figure in figures}


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("王芳", "two"),
        ("韩梅梅", "three"),
        ("AB", "three roman"),
        (NAMES["four"], "short"),
        (NAMES["ten"], "medium"),
        (NAMES["twenty_five"], "longest"),
        (NAMES["thirty_two"], "extreme"),
        (NAMES["latin"], "longest roman"),
        ("王" * 40, "endless"),
    ],
)
def test_a_name_is_set_by_its_width(name, fit):
    assert name_fit(name) == fit


@pytest.mark.parametrize(
    "error",
    [MissingGlyph("𱍐\ue000"), FactMissing("x"), DesignRefused("x"), TextTooLong("text")],
)
def test_refusals_travel_between_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, NotPrinted)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_the_preview_is_as_wide_as_asked_and_not_blank(press):
    png = first_page_png(press.pull(shipped("completion"), FACTS), 640)
    with Image.open(BytesIO(png)) as picture:
        assert picture.size == (640, 453)
        assert sum(picture.convert("L").histogram()[:100]) > 1000  # dark pixels


def test_the_print_file_holds_every_paper_in_order(press, tmp_path):
    names = [NAMES["ten"], NAMES["two"], NAMES["rare"]]
    pdfs = [press.pull(shipped("completion"), FACTS | {"name": name}) for name in names]
    whole = merged(pdfs)
    file = tmp_path / "all.pdf"
    file.write_bytes(whole)
    pages = run("pdftotext", "-", "-", data=whole).decode().split("\f")[:-1]
    assert [name in squeezed(page) for name, page in zip(names, pages, strict=True)] == [True] * 3
    assert b"No syntax or stream encoding errors found" in run("qpdf", "--check", str(file))
    rows = run("pdffonts", "-", data=whole).decode().splitlines()[2:]
    assert all(re.search(r" yes +yes +yes +\d+ +0$", row) for row in rows)
    assert merged(pdfs) == whole


def test_the_print_file_keeps_each_design_as_it_was(press):
    designs = ("completion", "honour", "completion", "hours")
    pdfs = [press.pull(shipped(design), FACTS) for design in designs]
    whole = merged(pdfs)
    for number, pdf in enumerate(pdfs, start=1):
        shot = ("pdftoppm", "-r", "40", "-png", "-singlefile", "-f", str(number), "-")
        assert run(*shot, data=whole) == page_at(pdf, 40), designs[number - 1]
    assert len(whole) < sum(map(len, pdfs))


def test_the_web_side_of_certificates_loads_no_renderer():
    """Wording and refusals are for everyone; who imports them must not pay for WeasyPrint."""
    heavy = "{'weasyprint', 'pikepdf', 'pypdfium2', 'pydyf', 'segno'}"
    script = (
        "import sys, college.certs.wording, college.certs.refusals;"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], cwd=TREE, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_only_the_press_room_imports_the_renderers():
    renderers = re.compile(r"^\s*(from|import) (weasyprint|pydyf|pikepdf|pypdfium2)\b", re.M)
    modules = (TREE / "college").rglob("*.py")
    found = {path for path in modules if renderers.search(path.read_text(encoding="utf-8"))}
    of_certs = {"certs/rendering.py", "certs/ink.py", "certs/finishing.py"}
    others = {"year_reports/rendering.py", "evidence/reading.py"}  # each in a helper of its own
    of_demo = {"demo/signing.py"}  # the command that builds the demo, which serves nobody
    assert {"/".join(path.parts[-2:]) for path in found} == of_certs | others | of_demo


@pytest.mark.parametrize("name", ["李雷", "王小芳", "欧阳若溪", "诺敏·其其格"])
def test_a_short_name_can_be_searched_for_as_it_is_written(press, name):
    """Wide letter-spacing made two characters two words, for readers' search too."""
    pdf = press.pull(shipped("completion"), FACTS | {"name": name})
    assert name in run("pdftotext", "-", "-", data=pdf).decode()
