"""Tell hosts from other names with dots."""

from __future__ import annotations

import re

# Top-level domains (IANA's root zone): the countries', and the generic ones in which people and firms have sites.
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
        """,
    )
)
# Endings that words of prose, attributes in code and names of files have too: there only a path makes a link.
AMBIGUOUS = set(
    re.findall(
        r"\w+",
        """
    am as at be by cc do id in is it la md ml ms my no pl ps py re rs sh so st to us vi build cat center city company
    email events fun group help host info link live love name network page plus pub run show store team today top works
    zone
        """,
    )
)
POPULAR = {"at", "in", "it"}  # ambiguous, but many people have sites there: after a name of over three letters, no word
ABBREVIATED = re.compile("[A-Z]|Co|Dr|Inc|Mr|Mrs|Ms|Pvt|St")  # before a dot: degrees, firms, people
TECHNOLOGIES = {"ado.net", "asp.net", "ml.net", "java.io", "java.net", "socket.io", "system.io", "system.net", "vb.net"}
SECOND_LEVEL = {"ac", "co", "com", "gov", "mail", "net", "org"}  # which make an ambiguous ending a country's


def is_host(text: str) -> bool:
    """Return whether a name with dots, perhaps with a path, is a host's: no file's, no product's, no slip."""
    name, slash, _ = re.sub(r":\d+", "", text).partition("/")
    labels = re.split(r"[?#]", name)[0].rstrip(".").split(".")
    top = labels[-1].lower()
    if len(labels) < 2 or not (top in TOP_LEVEL or top.startswith("xn--")) or name.lower() in TECHNOLOGIES:
        return False
    if slash:
        return True
    if len(labels) == 2 and ABBREVIATED.fullmatch(labels[0]):
        return False
    before = labels[-2]
    if top in POPULAR and before.islower() and len(before) > 3:
        return True
    is_new_sentence = len(top) == 2 and labels[-1].istitle() and labels[0].islower()  # a space is missing
    is_package = len(labels) > 2 and labels[0] in ("com", "org") and top not in SECOND_LEVEL  # of Java, say
    is_countrys = len(labels) > 2 and not SECOND_LEVEL.isdisjoint((labels[0], before))
    return not (is_new_sentence or is_package or (top in AMBIGUOUS and not is_countrys))
