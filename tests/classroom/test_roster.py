"""The list of a class comes from Canvas or Moodle, whatever the encoding, and no grade is ever lost by importing it."""

from __future__ import annotations

import zipfile

import pytest
from helpers.gradebook import DUE, add_assignment, add_submission

from autograder.class_folder.settings import ClassError
from autograder.intake.roster import import_roster, read_roster, roster_lines

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Part 0: Set-up (371),Current Score
    Points Possible,,,,,10,(read only)
"Garc\u00eda, Zo\u00eb",1001,u77,zgarcia,Monday,,
"O'Neil, Ben",1002,,ben@example.org,Monday,,
Cho Minsu,1003,,,Tuesday,,
"Student, Test",1099,,,Monday,,
"""
MOODLE = """First name,Last name,ID number,Email address,Groups
Zo\u00eb,Garc\u00eda,77001,zoe@example.org,
Ben,O'Neil,,ben@example.org,A
"""


def roster(folder, text: str, encoding: str = "utf-8"):
    path = folder.root / "list.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def test_canvas_gradebook_gives_logins_names_and_numbers(folder):
    found = [(one.id, one.first_name, one.last_name, one.email, one.number) for one in roster(folder, CANVAS)]
    assert found == [
        ("zgarcia", "Zo\u00eb", "Garc\u00eda", "", "1001"),
        ("ben@example.org", "Ben", "O'Neil", "ben@example.org", "1002"),
        ("1003", "Cho", "Minsu", "", "1003"),
    ]


@pytest.mark.parametrize("name", ["list.xlsx", "participants.zip", "list.xls"])
def test_a_workbook_or_a_zip_is_refused_with_what_to_do(folder, name):
    path = folder.root / name
    if name.endswith(".xls"):
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(ClassError, match=f"{name} is an Excel file or a zip, not CSV. Export the list as CSV"):
        read_roster(path)


def test_moodle_participants_give_numbers_or_else_addresses(folder):
    found = [(one.id, one.first_name, one.last_name, one.email) for one in roster(folder, MOODLE)]
    assert found == [
        ("77001", "Zo\u00eb", "Garc\u00eda", "zoe@example.org"),
        ("ben@example.org", "Ben", "O'Neil", "ben@example.org"),
    ]
    old = MOODLE.replace("Last name", "Surname").replace("ID number", "Username")
    assert roster(folder, old)[0].id == "77001"
    worksheet = "Identifier,Full name,Email address,Grade\nParticipant 5,Zo\u00eb de Garc\u00eda,zoe@example.org,\n"
    (learner,) = roster(folder, worksheet)
    assert (learner.id, learner.first_name, learner.last_name) == ("zoe@example.org", "Zo\u00eb de", "Garc\u00eda")


@pytest.mark.parametrize(
    "header",
    [
        "Vorname;Nachname;ID-Nummer;E-Mail-Adresse",
        "Prénom;Nom;Numéro d'identification;Adresse de courriel",
        "Nombre;Apellido(s);Número de ID;Dirección de correo",
        "Nome;Cognome;Codice identificativo;Indirizzo email",
        "Nome;Sobrenome;Número de identificação;Endereço de email",
        "Voornaam;Achternaam;ID-nummer;E-mailadres",
    ],
)
def test_moodles_participants_are_read_in_other_languages(folder, header):
    assert roster(folder, header + ";Groups\n" + MOODLE.partition("\n")[2].replace(",", ";")) == roster(folder, MOODLE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("text", [CANVAS, MOODLE])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_encoding_that_spreadsheets_write_gives_the_same_names(folder, encoding, text, newline):
    assert roster(folder, text.replace("\n", newline), encoding) == roster(folder, text)
    semicolons = "First name;Last name;Email address\nZo\u00eb;Garc\u00eda, Mar\u00eda;zoe@example.org\n"
    (learner,) = roster(folder, semicolons.replace("\n", newline), encoding)
    assert learner.last_name == "Garc\u00eda, Mar\u00eda"


HEADER = "First name,Last name,Email address\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + "Ann,Lee,\n", "line 2: there is no id"),
        (HEADER + "Ann,Lee,a@b.c\nBen,Ott,b@b.c\nAnn,Lee,A@B.C\n", "line 4: line 2 has the same id, a@b.c"),
        (HEADER + "Ann,Lee,../../etc\n", "line 2: the id '../../etc' can't be the name of a folder"),
        (HEADER + "Ann,Lee,a*\n", "can't be the name of a folder"),
        (HEADER + "Ann,Lee,a\x1b[31m@b.c\n", "the id 'a@b.c' can't be the name"),
        (HEADER + f"{'A' * 129},Lee,a@b.c\n", "line 2: a cell has more than 128 characters"),
        (HEADER + "Ann,Lee\nBen,Ott,b@b.c,,5\n", "line 3: there are more cells than columns"),
        (HEADER, "lists nobody"),
        ("Etunimi,Sukunimi,Posti\nAnn,Lee,a@b.c\n", "not a list from Canvas or Moodle.*Give the columns these names"),
        ("", "is not a table"),
        ("Student\nAnn\n", "is not a table"),
        ("Student,ID,ID\nAnn,1,2\n", "two columns ID"),
        ("First name,Last name,Username,Email address\nA,L,a,x@y.z\nB,L,b,X@y.z\n", "the same email address, x@y.z"),
    ],
)
def test_a_list_that_cannot_be_used_is_reported_with_its_line(folder, text, said):
    with pytest.raises(ClassError, match=f"(?s){said}"):
        roster(folder, text)


def test_all_bad_lines_are_named_at_once(folder):
    with pytest.raises(ClassError) as error:
        roster(folder, HEADER + "Ann,Lee,\nBen,Ott,b@b.c\nCid,Ray,c/c\n")
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == [
        "list.csv, line 2",
        "list.csv, line 4",
        "Nothing was changed",
    ]


def test_importing_twice_changes_nothing_and_a_new_list_updates(folder, gradebook):
    outcome = import_roster(gradebook, roster(folder, CANVAS))
    assert outcome.added == ["zgarcia", "ben@example.org", "1003"]
    outcome = import_roster(gradebook, roster(folder, CANVAS))
    assert outcome.unchanged == ["zgarcia", "ben@example.org", "1003"] and not outcome.added + outcome.changed
    outcome = import_roster(gradebook, roster(folder, CANVAS.replace("Zo\u00eb", "Zo").replace("zgarcia", "ZGarcia")))
    assert outcome.changed == ["zgarcia"], "the same login in capitals is the same person"
    student = gradebook.find_student("zgarcia")
    assert (student.first_name, student.last_name, student.lms_user_id) == ("Zo", "Garc\u00eda", "1001")


def test_a_learner_who_is_there_under_the_same_address_keeps_the_id(folder, gradebook):
    import_roster(gradebook, roster(folder, CANVAS))
    text = "First name,Last name,ID number,Email address\nBen,O'Neil,4711,Ben@Example.org\n"
    outcome = import_roster(gradebook, roster(folder, text))
    assert outcome.changed == ["ben@example.org"] and not outcome.added
    assert outcome.absent == ["1003", "zgarcia"]


RENAMED = """Student,ID,SIS User ID,SIS Login ID,Section
"Garc\u00eda, Zo\u00eb",1001,u77,zoe.garcia,Monday
"O'Neil, Ben",1002,,ben.oneil@example.net,Monday
"""


def test_a_learner_with_a_new_login_is_recognised_by_the_platforms_number(folder, gradebook):
    import_roster(gradebook, roster(folder, CANVAS))
    add_assignment(gradebook, "part05", {"check-5-1": 8})
    add_submission(gradebook, "part05", "zgarcia", {"check-5-1": 5.0}, DUE)
    outcome = import_roster(gradebook, roster(folder, RENAMED))
    assert (outcome.added, outcome.absent) == ([], ["1003"])
    assert outcome.renamed == [("zgarcia", "zoe.garcia"), ("ben@example.org", "ben.oneil@example.net")]
    lines = roster_lines(outcome, remove_absent=False)
    assert "zoe.garcia keeps the id zgarcia: it is the same person, by the platform's number or the address." in lines


def test_moodles_id_number_recognises_a_learner_too(folder, gradebook):
    header = "First name,Last name,Username,ID number,Email address\n"
    import_roster(gradebook, roster(folder, header + "Zo\u00eb,Garc\u00eda,zgarcia,77001,zoe@example.org\n"))
    outcome = import_roster(gradebook, roster(folder, header + "Zo\u00eb,Ott,zott,77001,zott@example.org\n"))
    assert outcome.changed == ["zgarcia"] and not outcome.added + outcome.absent
    assert gradebook.find_student("zgarcia").last_name == "Ott"


def test_a_login_that_went_to_somebody_else_never_gives_them_the_first_ones_grades(folder, gradebook):
    import_roster(gradebook, roster(folder, CANVAS))
    other = RENAMED + '"Garcia, Zelda",1005,,zgarcia,Monday\n'
    with pytest.raises(
        ClassError, match="Line 4: zgarcia is already the id of somebody else .*number 1001.*Nothing was changed"
    ):
        import_roster(gradebook, roster(folder, other))
    assert gradebook.find_student("zgarcia").first_name == "Zo\u00eb"
    address = RENAMED + '"Neil, Bea",1006,,ben@example.org,Monday\n'
    with pytest.raises(ClassError, match="ben@example.org is already the id of somebody else"):
        import_roster(gradebook, roster(folder, address))


def test_two_entries_of_one_person_from_before_stay_two(folder, gradebook):
    for student in ("jose.garcia", "jgarcia"):
        gradebook.add_student(student, lms_user_id="1001")
    text = 'Student,ID,SIS Login ID\n"Garcia, Jose",1001,jgarcia\n'
    outcome = import_roster(gradebook, roster(folder, text))
    assert (outcome.changed, outcome.absent, outcome.added) == (["jgarcia"], ["jose.garcia"], [])


def test_nobody_with_work_is_ever_deleted(folder, gradebook):
    import_roster(gradebook, roster(folder, CANVAS))
    add_assignment(gradebook, "part05", {"check-5-1": 8})
    add_submission(gradebook, "part05", "zgarcia", {"check-5-1": 5.0}, DUE)
    only_ben = CANVAS.splitlines()[0] + '\n"O\'Neil, Ben",1002,,ben@example.org,Monday,,\n'
    outcome = import_roster(gradebook, roster(folder, only_ben))
    assert outcome.absent == ["1003", "zgarcia"] and not outcome.removed
    outcome = import_roster(gradebook, roster(folder, only_ben), remove_absent=True)
    assert outcome.removed == ["1003"] and outcome.absent == ["zgarcia"]
    assert gradebook.find_submission("part05", "zgarcia").score == 5.0
