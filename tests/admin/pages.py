"""Every page of authors."""

# Endpoint -> addresses of it that look different. {draft} and the like are numbers of posts.
PAGES = {
    "admin.desk": ["/admin/", "/admin/?q=words", "/admin/?show=changed", "/admin/?show=deleted", "/admin/?show=pages"],
    "admin.settings": ["/admin/settings/"],
    "admin.style": ["/admin/style/"],
    "admin.tags": ["/admin/tags/"],
    "admin.tag": ["/admin/tags/1/"],
    "admin.tag_removal": ["/admin/tags/1/removal/"],
    "admin.redirects": ["/admin/redirects/"],
    "admin.media": ["/admin/media/", "/admin/media/?q=nothing", "/admin/media/?show=deleted"],
    "admin.picture": ["/admin/media/{picture}/", "/admin/media/{gone}/"],
    "admin.new_post": ["/admin/posts/new/"],
    "admin.post": [
        "/admin/posts/{draft}/",
        "/admin/posts/{scheduled}/",
        "/admin/posts/{changed}/",
        "/admin/posts/{deleted}/",
    ],
    "admin.history": ["/admin/posts/{changed}/revisions/", "/admin/posts/{draft}/revisions/"],
    "admin.compared": ["/admin/posts/{changed}/differences/?before=public", "/admin/posts/{draft}/differences/"],
    "admin.people": ["/admin/people/"],
    "admin.removal": ["/admin/people/2/removal/"],
    "admin.doctor": ["/admin/doctor/"],
    "admin.account": ["/admin/account/"],
    "preview.by_link": ["{preview}"],
}
# Opened by nobody who is signed in.
DOORS = {"admin.sign_in": ["/admin/sign-in/"], "admin.set_up": ["{invitation}"]}
