"""The links of messages, as the HTTP layer serves them: the token is in no line of the log."""


def test_a_link_that_is_not_good_is_a_page_and_no_problem_document(stranger):
    answer = stranger.get("/was-this-you/wty_bad")

    assert answer.status_code == 404
    assert answer.content_type == "text/html; charset=utf-8"


def test_the_access_line_holds_the_template_and_not_the_token(stranger, observed):
    stranger.get("/was-this-you/wty_good")
    stranger.post("/was-this-you/wty_good/no")

    assert [route for _, route, _, _ in observed] == ["/was-this-you/{token}", "/was-this-you/{token}/no"]


def test_a_browser_needs_neither_a_key_nor_json(stranger):
    answer = stranger.post("/was-this-you/wty_good/yes", data={"a": "b"})

    assert answer.status_code == 200
    assert "We know now that it was you" in answer.text
