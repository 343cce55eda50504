BEGIN;
CREATE TABLE media (
	id INTEGER NOT NULL, 
	hash VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	bytes INTEGER NOT NULL, 
	alt VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (hash), 
	UNIQUE (name)
);
INSERT INTO "media" VALUES (1, '411165d13bed81e185f0d7db0b9fca09e64b534dcd38fac948aad155e3be7c2c', '411165d13bed81e185f0d7db.png', 'image/png', 600, 400, 1285, '', '2026-03-01 09:00:00.000000');
CREATE TABLE person (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	slug VARCHAR NOT NULL, 
	email VARCHAR, 
	password VARCHAR, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (slug), 
	UNIQUE (email)
);
INSERT INTO "person" VALUES (1, 'Ana Ríos', 'ana-rios', 'ana@example.org', '$argon2id$v=19$m=65536,t=3,p=4$RG/OwqPYEXNhEOV4G8zOpg$RvxqhuRv86TienywORZF9PYvrj4AsqpfJopDY5oFlq8', '2026-03-01 09:00:00.000000');
INSERT INTO "person" VALUES (2, 'Bo Lind', 'bo-lind', 'bo@example.org', '$argon2id$v=19$m=65536,t=3,p=4$lnYuYRbG6cktmb81jC4HGA$Ee2aFY5p65PcUrMIho2GZal7aE37RjNqOZI7oqyYyBY', '2026-03-01 09:00:00.000000');
CREATE TABLE post (
	id INTEGER NOT NULL, 
	guid VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	slug VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	language VARCHAR, 
	author_id INTEGER, 
	cover VARCHAR, 
	unlisted BOOLEAN NOT NULL, 
	canonical_url VARCHAR, 
	version INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	published_at DATETIME, 
	first_published_at DATETIME, 
	updated_at DATETIME, 
	deleted_at DATETIME, 
	origin VARCHAR, 
	origin_source VARCHAR, 
	origin_digest VARCHAR, 
	origin_version INTEGER, 
	words INTEGER NOT NULL, 
	extract VARCHAR NOT NULL, 
	renderer INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	html TEXT NOT NULL, 
	feed_html TEXT NOT NULL, 
	contents JSON NOT NULL, 
	links JSON NOT NULL, 
	pictures JSON NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT known_kind CHECK (kind IN ('post', 'page')), 
	UNIQUE (guid), 
	FOREIGN KEY(author_id) REFERENCES person (id) ON DELETE SET NULL, 
	UNIQUE (origin)
);
INSERT INTO "post" VALUES (1, '55555555-5555-4555-8555-000000000000', 'page', 'about', 'About', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2019-01-01 00:00:00.000000', NULL, NULL, NULL, 'markdown:page:about', 'about.md', '715711bf20584783594815920ac4c860195894bee2172a3ec9b626448348a4ef', 1, 3, 'Who writes here.', 1, 'Who writes here.
', '<p>Who writes here.</p>
', '<p>Who writes here.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (10, '55555555-5555-4555-8555-000000000011', 'post', 'letter-4', 'Letter 4', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2023-04-01 12:00:00.000000', NULL, NULL, NULL, 'markdown:post:letter-4', 'letter-4.md', 'bdc58bed4354c01f118942973e70aa54a188976906f5101dbe707e9f235f1c12', 1, 2, 'Letter 4.', 1, 'Letter 4.
', '<p>Letter 4.</p>
', '<p>Letter 4.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (11, '55555555-5555-4555-8555-000000000012', 'post', 'letter-5', 'Letter 5', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2023-05-01 12:00:00.000000', NULL, NULL, NULL, 'markdown:post:letter-5', 'letter-5.md', '76a0424c221b47338c54a81259c488637175de1b549ed57391bee62e0f58e778', 1, 2, 'Letter 5.', 1, 'Letter 5.
', '<p>Letter 5.</p>
', '<p>Letter 5.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (12, '22222222-2222-4222-8222-222222222222', 'post', 'nahr', 'أحاديث على ضفة النهر', '', 'ar', NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2021-03-28 01:30:00.000000', NULL, NULL, NULL, 'markdown:post:nahr', 'nahr.md', '391821da24b6c52e0bc433d7d0d6e652f6c9c56ec1bf916e4be0c7e661ce8268', 1, 6, 'على الضفة سوق قديم.', 1, 'على الضفة سوق قديم.[^1]

[^1]: سجلات البلدية.
', '<p>على الضفة سوق قديم.<sup class="footnote-ref"><a href="#fn-1" id="fnref-1" role="doc-noteref" aria-label="Note 1">1</a></sup></p>
<section class="footnotes" role="doc-endnotes" aria-label="Notes">
<ol>
<li id="fn-1"><p>سجلات البلدية. <a href="#fnref-1" class="footnote-backref" role="doc-backlink" aria-label="Back to the text, note 1">↩︎</a></p>
</li>
</ol>
</section>
', '<p>على الضفة سوق قديم.<sup><a href="page#fn-1">1</a></sup></p>
<section>
<ol>
<li><p>سجلات البلدية. <a href="page#fnref-1">↩︎</a></p>
</li>
</ol>
</section>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (13, '33333333-3333-4333-8333-333333333333', 'post', 'quoted', '“Quoted” & <b>bold</b>, it''s "here" 🌊', '', NULL, NULL, NULL, 0, 'https://elsewhere.example/quoted?a=1&b=2', 1, '2026-03-01 09:00:00.000000', '1969-07-20 20:17:40.000000', NULL, NULL, NULL, 'markdown:post:quoted', 'quoted.md', 'fae7b254d8fe4456a9f9dc9afb6560d87262f1459fa0ce1b4919df833026896b', 1, 13, 'Before the epoch, with ''single'', "double" and “curly” marks; a line break; नमस्ते.', 1, 'Before the epoch, with ''single'', "double" and “curly” marks; a\
line break; नमस्ते.
', '<p>Before the epoch, with ''single'', "double" and “curly” marks; a<br>
line break; नमस्ते.</p>
', '<p>Before the epoch, with ''single'', "double" and “curly” marks; a<br>
line break; नमस्ते.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (14, '55555555-5555-4555-8555-000000000005', 'post', 'renamed-since', 'Renamed', '', NULL, NULL, NULL, 0, NULL, 2, '2026-03-01 09:00:00.000000', '2022-03-03 00:00:00.000000', NULL, NULL, NULL, 'markdown:post:renamed', 'renamed.md', '326ecd6d7969d81f2c14b47139d9601d0352c06df5f5e7a0c181d255a38f1206', 1, 3, 'Under another address.', 1, 'Under another address.
', '<p>Under another address.</p>
', '<p>Under another address.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (15, '11111111-1111-4111-8111-111111111111', 'post', 'rivers', 'On rivers', 'Two towns & one <bridge>.', NULL, 2, '/media/411165d13bed81e185f0d7db.png', 0, NULL, 1, '2026-03-01 09:00:00.000000', '2020-02-29 23:30:00.000000', NULL, '2021-07-01 08:00:00.000000', NULL, 'markdown:post:rivers', 'rivers.md', '110af9b123013696ad05e7cd04d4e5254222b5920acfadc1807ac242c0006ed5', 1, 19, 'A river has two banks. See the other side.', 1, 'A river has *two* banks.[^names] See [the other side](/posts/nahr/).

![A river](/media/411165d13bed81e185f0d7db.png "From the west")

## Towns

| Town | Bridges |
|:-----|--------:|
| Arle | 2       |

```python
print("<flow>")
```

[^names]: And two names.
', '<p>A river has <em>two</em> banks.<sup class="footnote-ref"><a href="#fn-1" id="fnref-1" role="doc-noteref" aria-label="Note 1">1</a></sup> See <a href="/posts/nahr/">the other side</a>.</p>
<figure><img src="/media/411165d13bed81e185f0d7db.png" alt="A river" width="600" height="400" decoding="async" loading="lazy"><figcaption>From the west</figcaption></figure>
<h2 id="s-towns">Towns<a class="anchor" href="#s-towns" lang="en" aria-label="Link to this section"></a></h2>
<div class="table" role="region" tabindex="0" aria-label="Table 1">
<table>
<thead>
<tr>
<th class="left" scope="col">Town</th>
<th class="right" scope="col">Bridges</th>
</tr>
</thead>
<tbody>
<tr>
<td class="left">Arle</td>
<td class="right">2</td>
</tr>
</tbody>
</table>
</div>
<pre class="code" role="region" tabindex="0" aria-label="Code 1, python"><code class="language-python"><span class="hl-nb">print</span><span class="hl-p">(</span><span class="hl-s2">"&lt;flow&gt;"</span><span class="hl-p">)</span>
</code></pre>
<section class="footnotes" role="doc-endnotes" aria-label="Notes">
<ol>
<li id="fn-1"><p>And two names. <a href="#fnref-1" class="footnote-backref" role="doc-backlink" aria-label="Back to the text, note 1">↩︎</a></p>
</li>
</ol>
</section>
', '<p>A river has <em>two</em> banks.<sup><a href="page#fn-1">1</a></sup> See <a href="site/posts/nahr/">the other side</a>.</p>
<figure><img src="site/media/411165d13bed81e185f0d7db.png" alt="A river" width="600" height="400"><figcaption>From the west</figcaption></figure>
<h2>Towns</h2>
<div>
<table>
<thead>
<tr>
<th scope="col">Town</th>
<th scope="col">Bridges</th>
</tr>
</thead>
<tbody>
<tr>
<td>Arle</td>
<td>2</td>
</tr>
</tbody>
</table>
</div>
<pre><code>print("&lt;flow&gt;")
</code></pre>
<section>
<ol>
<li><p>And two names. <a href="page#fnref-1">↩︎</a></p>
</li>
</ol>
</section>
', '[{"level": 2, "id": "s-towns", "text": "Towns"}]', '["/posts/nahr/"]', '[{"src": "/media/411165d13bed81e185f0d7db.png", "alt": "", "width": 600, "height": 400}, {"src": "/media/411165d13bed81e185f0d7db.png", "alt": "A river", "width": 600, "height": 400}]');
INSERT INTO "post" VALUES (16, '55555555-5555-4555-8555-000000000002', 'post', 'scheduled', 'Scheduled', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2026-06-01 06:00:00.000000', NULL, NULL, NULL, 'markdown:post:scheduled', 'scheduled.md', 'e9653c401e0028a9d1413dd02cf4ddafd241024830cdc3277a6340686dc17e4f', 1, 2, 'Not yet.', 1, 'Not yet.
', '<p>Not yet.</p>
', '<p>Not yet.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (17, '55555555-5555-4555-8555-000000000001', 'post', 'unlisted', 'Unlisted', '', NULL, NULL, NULL, 1, NULL, 1, '2026-03-01 09:00:00.000000', '2022-01-01 00:00:00.000000', NULL, NULL, NULL, 'markdown:post:unlisted', 'unlisted.md', 'cf6cda1456aa0a468a71053946fbdad7486388283ae9ffb71c7596d5d9023ad5', 1, 7, 'Only for those who have the address.', 1, 'Only for those who have the address.
', '<p>Only for those who have the address.</p>
', '<p>Only for those who have the address.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (2, '55555555-5555-4555-8555-000000000007', 'post', 'copied', 'Copied', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2022-05-05 00:00:00.000000', NULL, NULL, NULL, 'markdown:post:copied', 'copied.md', '11cd52b531d4bb8ee632a2e1d0fc588382befe6971f41c3ec52c77faaf57030c', 1, 3, 'What readers see.', 1, 'What readers see.
', '<p>What readers see.</p>
', '<p>What readers see.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (3, '55555555-5555-4555-8555-000000000004', 'post', 'deleted', 'Deleted', '', NULL, NULL, NULL, 0, NULL, 2, '2026-03-01 09:00:00.000000', '2022-02-02 00:00:00.000000', '2022-02-02 00:00:00.000000', NULL, '2026-03-01 10:00:00.000000', 'markdown:post:deleted', 'deleted.md', '800f5f147887554b809160b69c0a49fc6c8d2212c5b675aafa307a2a517bd641', 1, 2, 'Taken away.', 1, 'Taken away.
', '<p>Taken away.</p>
', '<p>Taken away.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (4, '55555555-5555-4555-8555-000000000003', 'post', 'draft', 'Draft', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', NULL, NULL, NULL, NULL, 'markdown:post:draft', 'draft.md', '6e2f0fb6b5a437cc1955176cccf4e12226cceea57fd6fc17eb682ed268a95387', 1, 3, 'Not at all.', 1, 'Not at all.
', '<p>Not at all.</p>
', '<p>Not at all.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (5, '55555555-5555-4555-8555-000000000006', 'post', 'edited', 'Edited, twice', 'Said anew.', NULL, NULL, NULL, 0, NULL, 3, '2026-03-01 09:00:00.000000', '2022-04-04 00:00:00.000000', NULL, '2026-03-01 10:00:00.000000', NULL, 'markdown:post:edited', 'edited.md', '25dd08b84fa7efc86ee7e099092dae37b572869d78c9014dc1146130c3010e5c', 1, 4, 'As it is now.', 1, 'As it is *now*.
', '<p>As it is <em>now</em>.</p>
', '<p>As it is <em>now</em>.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (6, '44444444-4444-4444-8444-444444444444', 'post', 'foreign', 'Pictures of others', '', NULL, 2, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2022-10-30 00:30:00.000000', NULL, NULL, NULL, 'markdown:post:foreign', 'foreign.md', 'e5e0848664e2df04a8ddc5de9bead0864bbe175a1969d6d1a00d8f9d2e3b82a9', 1, 8, '', 1, '![Far away](https://elsewhere.example/far.png)

- [x] asked
- [ ] answered

> A river signs nothing.
', '<figure><a href="https://elsewhere.example/far.png">Far away</a></figure>
<ul class="contains-task-list">
<li class="task-list-item"><label><input type="checkbox" checked="" disabled=""> asked</label></li>
<li class="task-list-item"><label><input type="checkbox" disabled=""> answered</label></li>
</ul>
<blockquote>
<p>A river signs nothing.</p>
</blockquote>
', '<figure><a href="https://elsewhere.example/far.png">Far away</a></figure>
<ul>
<li><label><input type="checkbox" checked="" disabled=""> asked</label></li>
<li><label><input type="checkbox" disabled=""> answered</label></li>
</ul>
<blockquote>
<p>A river signs nothing.</p>
</blockquote>
', '[]', '["https://elsewhere.example/far.png"]', '[]');
INSERT INTO "post" VALUES (7, '55555555-5555-4555-8555-000000000008', 'post', 'letter-1', 'Letter 1', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2023-01-01 12:00:00.000000', NULL, NULL, NULL, 'markdown:post:letter-1', 'letter-1.md', '545b8a2f59f789100c436cbc7370f1221dd3676a3b66e5e4a757ada1236625c8', 1, 2, 'Letter 1.', 1, 'Letter 1.
', '<p>Letter 1.</p>
', '<p>Letter 1.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (8, '55555555-5555-4555-8555-000000000009', 'post', 'letter-2', 'Letter 2', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2023-02-01 12:00:00.000000', NULL, NULL, NULL, 'markdown:post:letter-2', 'letter-2.md', 'b5918cb014a6c36ac6ad54ee123037f641ad7116c466b34577e54d4aa9a06668', 1, 2, 'Letter 2.', 1, 'Letter 2.
', '<p>Letter 2.</p>
', '<p>Letter 2.</p>
', '[]', '[]', '[]');
INSERT INTO "post" VALUES (9, '55555555-5555-4555-8555-000000000010', 'post', 'letter-3', 'Letter 3', '', NULL, NULL, NULL, 0, NULL, 1, '2026-03-01 09:00:00.000000', '2023-03-01 12:00:00.000000', NULL, NULL, NULL, 'markdown:post:letter-3', 'letter-3.md', 'b96d02255dd414f461ac4fb2a1385a9eabf720fbc7e4d899f99cea644922240d', 1, 2, 'Letter 3.', 1, 'Letter 3.
', '<p>Letter 3.</p>
', '<p>Letter 3.</p>
', '[]', '[]', '[]');
CREATE TABLE post_tag (
	post_id INTEGER NOT NULL, 
	tag_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (post_id, tag_id), 
	FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE, 
	FOREIGN KEY(tag_id) REFERENCES tag (id) ON DELETE CASCADE
);
INSERT INTO "post_tag" VALUES (10, 1, 0);
INSERT INTO "post_tag" VALUES (11, 1, 0);
INSERT INTO "post_tag" VALUES (12, 2, 1);
INSERT INTO "post_tag" VALUES (12, 4, 0);
INSERT INTO "post_tag" VALUES (13, 5, 0);
INSERT INTO "post_tag" VALUES (13, 6, 1);
INSERT INTO "post_tag" VALUES (14, 1, 0);
INSERT INTO "post_tag" VALUES (15, 2, 0);
INSERT INTO "post_tag" VALUES (15, 7, 1);
INSERT INTO "post_tag" VALUES (15, 8, 2);
INSERT INTO "post_tag" VALUES (15, 9, 3);
INSERT INTO "post_tag" VALUES (16, 10, 0);
INSERT INTO "post_tag" VALUES (17, 2, 0);
INSERT INTO "post_tag" VALUES (2, 1, 0);
INSERT INTO "post_tag" VALUES (3, 2, 0);
INSERT INTO "post_tag" VALUES (4, 3, 0);
INSERT INTO "post_tag" VALUES (5, 1, 0);
INSERT INTO "post_tag" VALUES (6, 2, 0);
INSERT INTO "post_tag" VALUES (7, 1, 0);
INSERT INTO "post_tag" VALUES (8, 1, 0);
INSERT INTO "post_tag" VALUES (9, 1, 0);
CREATE TABLE redirect (
	path VARCHAR NOT NULL, 
	post_id INTEGER, 
	target VARCHAR, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (path), 
	CONSTRAINT one_target CHECK (post_id IS NULL OR target IS NULL), 
	FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE
);
INSERT INTO "redirect" VALUES ('/2020/02/rivers.html', 15, NULL, '2026-03-01 09:00:00.000000');
INSERT INTO "redirect" VALUES ('/old/rivers', 15, NULL, '2026-03-01 09:00:00.000000');
INSERT INTO "redirect" VALUES ('/posts/renamed', 14, NULL, '2026-03-01 10:00:00.000000');
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	post_id INTEGER NOT NULL, 
	saved_at DATETIME NOT NULL, 
	title VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE
);
INSERT INTO "revision" VALUES (1, 5, '2026-03-01 10:00:00.000000', 'Edited', '', 'As it was.
');
INSERT INTO "revision" VALUES (2, 5, '2026-03-01 10:00:00.000000', 'Edited', 'Said anew.', 'As it is *now*.
');
CREATE TABLE schema_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT schema_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "schema_version" VALUES ('0001');
CREATE TABLE site (
	id INTEGER NOT NULL CONSTRAINT one_site CHECK (id = 1), 
	title VARCHAR NOT NULL, 
	tagline VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	timezone VARCHAR NOT NULL, 
	accent VARCHAR NOT NULL, 
	author VARCHAR NOT NULL, 
	footer VARCHAR NOT NULL, 
	follow JSON NOT NULL, 
	networks JSON NOT NULL, 
	foreign_media BOOLEAN NOT NULL, 
	samples_at DATETIME, 
	public_version INTEGER NOT NULL, 
	changed_version INTEGER NOT NULL, 
	changed_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "site" VALUES (1, 'Rivers & Bridges', 'Essays, mostly “wet”', 'en', 'Europe/Berlin', '#0a7d4f', 'Ana Ríos', 'Written at the *waterside*.', '[{"name": "Mastodon", "address": "https://mastodon.social/@ana"}, {"name": "E-mail", "address": "mailto:ana@example.org"}]', '["x", "facebook", "linkedin", "bluesky", "mastodon", "threads", "reddit", "whatsapp", "telegram", "email"]', 0, NULL, 83, 83, '2026-03-01 10:00:03.000000');
CREATE TABLE tag (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	slug VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	UNIQUE (slug)
);
INSERT INTO "tag" VALUES (1, 'Letters', 'letters', 'letters');
INSERT INTO "tag" VALUES (10, 'Later', 'later', 'later');
INSERT INTO "tag" VALUES (2, 'Rivers', 'rivers', 'rivers');
INSERT INTO "tag" VALUES (3, 'Never', 'never', 'never');
INSERT INTO "tag" VALUES (4, 'نهر', 'نهر', 'nhr');
INSERT INTO "tag" VALUES (5, 'it''s "said"', 'it''s "said"', 'it-s-said');
INSERT INTO "tag" VALUES (6, 'हिन्दी', 'हिन्दी', 'hindii');
INSERT INTO "tag" VALUES (7, 'Города', 'города', 'goroda');
INSERT INTO "tag" VALUES (8, 'C++', 'c++', 'c');
INSERT INTO "tag" VALUES (9, 'C#', 'c#', 'c-2');
CREATE INDEX ix_post_author_id ON post (author_id);
CREATE INDEX ix_redirect_post_id ON redirect (post_id);
CREATE INDEX ix_revision_post_id ON revision (post_id);
CREATE UNIQUE INDEX post_by_slug ON post (kind, slug);
CREATE INDEX post_listed ON post (kind, unlisted, deleted_at, published_at, id);
CREATE INDEX post_public ON post (deleted_at, published_at);
CREATE INDEX post_tag_by_tag ON post_tag (tag_id, post_id);
CREATE TRIGGER public_media_delete AFTER DELETE ON media BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_media_update AFTER UPDATE ON media BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_person_delete AFTER DELETE ON person BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_person_update AFTER UPDATE OF name, slug ON person BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_delete AFTER DELETE ON post WHEN OLD.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_insert AFTER INSERT ON post WHEN NEW.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_delete AFTER DELETE ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_insert AFTER INSERT ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = NEW.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_update AFTER UPDATE ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.published_at IS NOT NULL) OR EXISTS (SELECT 1 FROM post WHERE post.id = NEW.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_update AFTER UPDATE ON post WHEN OLD.published_at IS NOT NULL OR NEW.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_delete AFTER DELETE ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_insert AFTER INSERT ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_update AFTER UPDATE ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_site_update AFTER UPDATE OF title, tagline, language, timezone, accent, author, footer, follow, networks, foreign_media ON site BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_tag_delete AFTER DELETE ON tag BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_tag_update AFTER UPDATE ON tag BEGIN UPDATE site SET public_version = public_version + 1; END;
COMMIT;
