"""Drives the simulator with ServiceNow's own Python client. Arguments: address, user, password."""

import sys

import pysnc
import pysnc.client
from pysnc import exceptions

address, user, password = sys.argv[1:4]
# The client refuses plain http for any instance; the simulator speaks nothing else, on loopback only.
pysnc.client.get_instance = lambda instance: instance


def connect(name=user, secret=password):
    return pysnc.ServiceNowClient(address, (name, secret))


def refused(kind, action):
    try:
        action()
    except kind as error:
        return str(error)
    raise AssertionError(f"expected {kind.__name__}")


def create(client, text):
    record = client.GlideRecord("change_request")
    record.initialize()
    record.short_description = text
    record.type = "normal"
    assert len(record.insert()) == 32
    return record


def test_create_and_get():
    client = connect()
    record = create(client, "made by the vendor's client")
    assert record.get_value("state") == "-5"
    assert record.get_display_value("state") == "New"
    found = client.GlideRecord("change_request")
    assert found.get(record.get_value("sys_id"))
    assert found.get_value("number") == record.get_value("number")
    assert client.GlideRecord("change_request").get("number", record.get_value("number"))
    assert not client.GlideRecord("change_request").get("0" * 32)


def test_query_and_page():
    client = connect()
    for at in range(7):
        create(client, f"page {at}")
    records = client.GlideRecord("change_request", batch_size=3)
    records.add_query("short_description", "STARTSWITH", "page ")
    records.order_by("number")
    records.fields = ["number", "short_description"]
    records.query()
    assert len(records) == 7, len(records)
    texts = [record.get_value("short_description") for record in records]
    assert texts == [f"page {at}" for at in range(7)], texts
    either = client.GlideRecord("change_request")
    either.add_query("short_description", "page 1").add_or_condition("short_description", "page 2")
    either.query()
    assert len(either) == 2
    empty = client.GlideRecord("change_request")
    empty.add_query("short_description", "LIKE", "page")
    empty.add_null_query("assignment_group")
    empty.limit = 2
    empty.query()
    assert len(list(empty)) == 2


def test_update():
    client = connect()
    record = create(client, "before")
    record.short_description = "after"
    assert record.update()
    assert record.get_value("short_description") == "after"
    record.state = "-1"
    detail = refused(exceptions.RoleException, record.update)
    assert "Change Model: Check State Transition" in detail, detail


def test_batch():
    client = connect()
    answers = []
    for text in ("batch 1", "batch 2", "batch 3"):
        record = client.GlideRecord("change_request")
        record.initialize()
        record.short_description = text
        client.batch_api.post(record, lambda response: answers.append(response))
    client.batch_api.execute()
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    rows = client.GlideRecord("change_request")
    rows.add_query("short_description", "STARTSWITH", "batch ")
    rows.query()
    for row in rows:
        row.description = "many at once"
    assert rows.update_multiple()
    changed = client.GlideRecord("change_request")
    changed.add_query("description", "many at once")
    changed.query()
    assert len(changed) == 3
    assert not changed.delete_multiple(), "the integration account may not delete"
    manager = connect("chris.manager").GlideRecord("change_request")
    manager.add_query("description", "many at once")
    assert manager.delete_multiple()
    manager.query()
    again = client.GlideRecord("change_request")
    again.add_query("description", "many at once")
    again.query()
    assert len(again) == 0


def test_delete():
    record = create(connect(), "to be deleted")
    refused(exceptions.RoleException, record.delete)
    manager = connect("chris.manager").GlideRecord("change_request")
    assert manager.get(record.get_value("sys_id"))
    assert manager.delete()


def test_attach():
    client = connect()
    record = create(client, "with a file")
    record.add_attachment("evidence.txt", b"line 1\nline 2", content_type="text/plain")
    files = record.get_attachments()
    assert len(files) == 1
    for file in files:
        assert file.file_name == "evidence.txt"
        assert file.read() == b"line 1\nline 2"
        file.delete()
    assert len(record.get_attachments()) == 0


def test_errors():
    wrong = connect(secret="wrong").GlideRecord("change_request")
    text = refused(exceptions.AuthenticationException, wrong.query)
    assert "User Not Authenticated" in text
    nothing = connect().GlideRecord("no_such_table")
    assert "Invalid table no_such_table" in refused(exceptions.RequestException, nothing.query)
    reader = connect("rita.reader").GlideRecord("change_request")
    reader.initialize()
    reader.short_description = "x"
    assert "ACL Exception Insert Failed" in refused(exceptions.RoleException, reader.insert)
    blind = connect("nobody").GlideRecord("change_request")
    blind.query()
    # The count knows no access rules, the rows do: the client's own loop ends on the empty page.
    assert [row for row in blind] == []
    hidden = connect().GlideRecord("sys_choice")
    hidden.add_query("name", "change_request")
    assert "Insufficient rights" in refused(exceptions.RoleException, hidden.query)


for name, test in list(globals().items()):
    if name.startswith("test_"):
        test()
        print(f"ok {name}")
