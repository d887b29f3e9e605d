"""Tell hosts from other names with dots."""

from __future__ import annotations

import re

# Top-level domains (IANA's root zone): the countries', and the generic ones in which people and firms have sites; with
# the one that stands for them in examples (RFC 2606), which models like.
TOP_LEVEL = set(
    re.findall(
        r"\w+",
        """
    ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc
    cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr
    ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm
    jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp
    mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw
    py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl
    tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
    academy aero agency app art asia berlin best bio biz blog build business cafe capital cat center chat city
    cloud club codes coffee com community company consulting coop dev digital directory edu education email
    engineer engineering events expert fashion finance fun fund fyi gallery global gov group guru health help
    homes host house info ink institute int international jobs law legal life link live llc london love ltd
    market marketing media mil mobi museum name net network news nyc online org page partners photo photography
    photos pics plus press pro pub run school science services shop show site social software solutions space
    store studio support systems team tech technology tips today tools top travel tv university ventures video
    vip website wiki work works world wtf xyz zone рф укр भारत ایران
    example
        """,
    )
)
# Endings that words of prose, attributes in code and names of files have too: there only a path makes a link.
AMBIGUOUS = set(
    re.findall(
        r"\w+",
        """
    am as at be by cc do id in is it la md ml ms my no nr pl ps py re rs sh so st to us vi build cat center city company
    email events fun group help host info link live love name network page plus pub run show store team today top works
    zone
        """,
    )
)
POPULAR = {"at", "in", "it"}  # ambiguous, but many people have sites there: after a name of over three letters, no word
ABBREVIATED = re.compile("[A-Z]|Co|Dr|Inc|Mr|Mrs|Ms|Pvt|St")  # before a dot: degrees, firms, people
TECHNOLOGIES = {"ado.net", "asp.net", "ml.net", "java.io", "java.net", "socket.io", "system.io", "system.net", "vb.net"}
PORT, QUERY, SEGMENT = re.compile(r":\d+"), re.compile("[?#]"), re.compile(r"[./?#]")
SECOND_LEVEL = {"ac", "co", "com", "gov", "mail", "net", "org"}  # which make an ambiguous ending a country's


# Of files and of libraries that are named like files, and of no site: "Node.js/Express" is no link.
FILE_ENDINGS = set(
    re.findall(
        r"\w+",
        """
    bib bmp bz2 c cfg conf cpp cs css csv csproj db dmg doc docx eml epub exe gif go gz h hpp hs htm html ics
    ifc ini ipynb jar java jpeg jpg js json jsx kt lock log lua m4a mjs mp3 mp4 mpg odp ods odt ogg otf parquet
    pdf php png ppt pptx r rar rb rst rtf scss sql srt svelte svg tar tex tif tiff toml ts tsv tsx ttf txt vb
    vcf vtt vue wav webm webp woff xhtml xls xlsx xml yaml yml
        """,
    )
)
# Of arXiv's preprints (arxiv.org/category_taxonomy): an archive, and a class of it.
CATEGORY = re.compile(
    r"(?:astro-ph|cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat)\.(?:[A-Z]{2}|[a-z]{2,5}-[a-z]{2,4})(?:/\d{7}(?:v\d+)?)?"
)


def is_host(text: str) -> bool:
    """Return whether a name with dots, perhaps with a path, is a host's: no file's, no product's, no slip.

    With a path it is one whatever its ending, if that may be one.
    """
    name, slash, path = PORT.sub("", text).partition("/")
    labels = QUERY.split(name)[0].rstrip(".").split(".")
    top = labels[-1].lower()
    is_known_top = top in TOP_LEVEL or top.startswith("xn--")
    if len(labels) < 2 or name.lower() in TECHNOLOGIES or CATEGORY.fullmatch(text):
        return False
    is_new_sentence = labels[-1].istitle() and (labels[0].islower() or top in AMBIGUOUS)  # a space is missing
    if is_new_sentence or (ABBREVIATED.fullmatch(labels[0]) and len(labels) == 2 and not labels[-1].islower()):
        return False
    if slash:
        return is_known_top or _may_end(labels, path)
    return is_known_top and not _is_other_name(labels, top)


def _may_end(labels: list[str], path: str) -> bool:
    """Return whether names before a slash may be a host's though its ending is nobody's: in no list of such names."""
    top, (first, *_) = labels[-1], SEGMENT.split(path)
    is_pair = first in (labels[0], "") or path.rpartition(".")[2] == top
    return len(top) > 1 and top.islower() and top not in FILE_ENDINGS and not is_pair


def _is_other_name(labels: list[str], top: str) -> bool:
    """Return whether names with a host's ending are a degree, a package, an attribute or a file."""
    if len(labels) == 2 and (ABBREVIATED.fullmatch(labels[0]) or (len(labels[0]) == 1 and len(top) == 2)):
        return True
    before = labels[-2]
    if top in POPULAR and before.islower() and len(before) > 3:
        return False
    is_package = len(labels) > 2 and labels[0] in ("com", "org") and top not in SECOND_LEVEL  # of Java, say
    is_countrys = len(labels) > 2 and not SECOND_LEVEL.isdisjoint((labels[0], before))
    return is_package or (top in AMBIGUOUS and not is_countrys)
