"""Files through the door to the network: as they are, and as a part of a form."""

from email import message_from_bytes

from hubbub.connectors import Http, Parts

from .conftest import Reply, Server


def test_a_file_goes_out_as_it_is(server: Server, http: Http) -> None:
    server.answers["/files"] = Reply(200, {}, b"{}")
    http.request("POST", f"{server.url}/files", body=b"\x89PNG\0", headers={"content-type": "image/png"})
    (asked,) = server.asked
    assert (asked.body, asked.headers["content-type"]) == (b"\x89PNG\0", "image/png")


def test_a_file_goes_out_as_a_part_of_a_form(server: Server, http: Http) -> None:
    """Nothing in a name can end the line that it stands on."""
    server.answers["/files"] = Reply(200, {}, b"{}")
    parts = Parts("file", 'a"b\r\nx: y.png', "image/png", b"\x89PNG\0--", {"description": "Zwei Öfen"})
    http.request("POST", f"{server.url}/files", body=parts)
    (asked,) = server.asked
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    form = message_from_bytes(head + asked.body)
    described, file = form.get_payload()
    assert described.get_payload(decode=True).decode() == "Zwei Öfen"
    assert (file.get_payload(decode=True), file.get_content_type()) == (b"\x89PNG\0--", "image/png")
    assert file.get("content-disposition") == 'form-data; name="file"; filename="a%22b%0D%0Ax: y.png"'
    assert "x" not in file
