"""Authors' pages, where several people write."""

from datetime import timedelta

from tests.world import LONG_AGO, Blog, texts

TITLES = "//ol[contains(@class, 'h-feed')]//*[contains(@class, 'p-name')]"
BYLINE = "//article//a[@rel = 'author']"


def test_one_author_has_no_page_and_the_byline_leads_home(blog: Blog) -> None:
    blog.make_post("One", slug="one", author_id=blog.author("Ana Lind"))
    blog.read("/authors/ana-lind/", 404)
    byline = blog.read("/posts/one/").xpath(BYLINE)[0]
    assert (byline.text_content(), byline.get("href")) == ("Ana Lind", "https://essays.example/")


def test_several_authors_have_pages_with_their_own_posts(blog: Blog) -> None:
    ana, ben = blog.author("Ana Lind"), blog.author("Ben Okri")
    blog.make_post("Hers", slug="hers", author_id=ana)
    blog.make_post("His", slug="his", author_id=ben)
    page = blog.read("/authors/ana-lind/")
    assert texts(page, "//h1") == ["Ana Lind"]
    assert texts(page, TITLES) == ["Hers"]
    assert texts(blog.read("/authors/ben-okri/"), TITLES) == ["His"]
    assert blog.read("/posts/his/").xpath(f"{BYLINE}/@href") == ["https://essays.example/authors/ben-okri/"]


def test_the_sites_own_author_counts_as_one(blog: Blog) -> None:
    blog.make_post("Editor's")
    blog.make_post("Hers", author_id=blog.author("Ana Lind"))
    assert texts(blog.read("/authors/ana-lind/"), TITLES) == ["Hers"]


def test_an_author_without_public_posts_has_no_page(blog: Blog) -> None:
    blog.make_post("Editor's")
    blog.make_post("Hers", author_id=blog.author("Ana Lind"))
    blog.author("Ben Okri")
    blog.make_post("Draft", author_id=blog.author("Cleo Ray"), published_at=None)
    blog.make_post("Unlisted", author_id=blog.author("Dan Roe"), unlisted=True)
    for slug in ("ben-okri", "cleo-ray", "dan-roe", "nobody"):
        blog.read(f"/authors/{slug}/", 404)


def test_drafts_of_another_do_not_make_several_authors(blog: Blog) -> None:
    blog.make_post("Hers", author_id=blog.author("Ana Lind"))
    blog.make_post("Draft", author_id=blog.author("Ben Okri"), published_at=None)
    blog.read("/authors/ana-lind/", 404)


def test_an_authors_page_has_ten_posts_a_page(blog: Blog) -> None:
    ana = blog.author("Ana Lind")
    blog.make_post("Editor's")
    for number in range(1, 13):
        blog.make_post(f"Post {number}", author_id=ana, published_at=LONG_AGO + timedelta(days=number))
    assert texts(blog.read("/authors/ana-lind/page/2/"), TITLES) == ["Post 2", "Post 1"]
    blog.read("/authors/ana-lind/page/3/", 404)
    assert blog.get("/authors/ana-lind/page/1/").headers["Location"] == "/authors/ana-lind/"


def test_a_byline_never_leads_to_a_page_that_is_not_there(blog: Blog) -> None:
    blog.make_post("Editor's")
    blog.make_post("Hers", author_id=blog.author("Ana Lind"))
    blog.make_post("Unlisted", slug="unlisted", author_id=blog.author("Dan Roe"), unlisted=True)
    target = blog.read("/posts/unlisted/").xpath(f"{BYLINE}/@href")[0]
    blog.read(target.removeprefix("https://essays.example"))


def test_names_in_other_scripts_have_pages_too(blog: Blog) -> None:
    blog.make_post("Editor's")
    blog.make_post("Hers", slug="hers", author_id=blog.author("Анна Петрова"))
    target = blog.read("/posts/hers/").xpath(f"{BYLINE}/@href")[0]
    assert texts(blog.read(target.removeprefix("https://essays.example")), "//h1") == ["Анна Петрова"]
