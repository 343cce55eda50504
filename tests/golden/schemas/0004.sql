BEGIN;
CREATE TABLE lease (
	name VARCHAR NOT NULL, 
	holder VARCHAR NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (name)
);
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
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	about VARCHAR NOT NULL, 
	not_before DATETIME NOT NULL, 
	changes INTEGER DEFAULT '1' NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	retry_at DATETIME, 
	tried_at DATETIME, 
	answer VARCHAR DEFAULT '' NOT NULL, 
	done_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "outbox" VALUES (1, 'card', '', 'site', '1970-01-01 00:00:00.000000', 5, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (10, 'card', '', 'post:8', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (11, 'card', '', 'post:9', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (12, 'card', '', 'post:10', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (13, 'card', '', 'post:11', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (14, 'card', '', 'post:12', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (15, 'card', '', 'post:13', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (16, 'card', '', 'post:14', '1970-01-01 00:00:00.000000', 2, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (17, 'card', '', 'post:15', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (18, 'card', '', 'post:16', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (19, 'card', '', 'post:17', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (2, 'card', '', 'post:1', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (20, 'websub', 'https://hub.example/', 'tag:1', '1970-01-01 00:00:00.000000', 14, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (21, 'websub', 'https://hub.example/', 'tag:2', '1970-01-01 00:00:00.000000', 6, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (22, 'websub', 'https://hub.example/', 'tag:4', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (23, 'websub', 'https://hub.example/', 'tag:5', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (24, 'websub', 'https://hub.example/', 'tag:6', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (25, 'websub', 'https://hub.example/', 'tag:7', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (26, 'websub', 'https://hub.example/', 'tag:8', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (27, 'websub', 'https://hub.example/', 'tag:9', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (28, 'websub', 'https://hub.example/', 'tag:10', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (3, 'card', '', 'post:2', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (4, 'websub', 'https://hub.example/', 'all', '1970-01-01 00:00:00.000000', 41, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (5, 'card', '', 'post:3', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (6, 'card', '', 'post:5', '1970-01-01 00:00:00.000000', 2, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (7, 'card', '', 'post:6', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (8, 'websub', 'https://hub.example/', 'author:2', '1970-01-01 00:00:00.000000', 7, 0, NULL, NULL, '', NULL);
INSERT INTO "outbox" VALUES (9, 'card', '', 'post:7', '1970-01-01 00:00:00.000000', 1, 0, NULL, NULL, '', NULL);
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
INSERT INTO "person" VALUES (1, 'Ana Ríos', 'ana-rios', 'ana@example.org', '$argon2id$v=19$m=65536,t=3,p=4$WXFkxKYFigBYGiKyLeUEcg$CWHAF0kkOmfigpqUzfSvi4nmInTEQgpNJij8v68E5ro', '2026-03-01 09:00:00.000000');
INSERT INTO "person" VALUES (2, 'Bo Lind', 'bo-lind', 'bo@example.org', '$argon2id$v=19$m=65536,t=3,p=4$Qz0uRP7Ytrg1fkTNMSmQOg$54Ese+8bfB5+LWW65PBtwoep2bnDv7DduZhjiJgtFYc', '2026-03-01 09:00:00.000000');
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
	position INTEGER NOT NULL, listed_at DATETIME, 
	PRIMARY KEY (post_id, tag_id), 
	FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE, 
	FOREIGN KEY(tag_id) REFERENCES tag (id) ON DELETE CASCADE
);
INSERT INTO "post_tag" VALUES (10, 1, 0, '2023-04-01 12:00:00.000000');
INSERT INTO "post_tag" VALUES (11, 1, 0, '2023-05-01 12:00:00.000000');
INSERT INTO "post_tag" VALUES (12, 2, 1, '2021-03-28 01:30:00.000000');
INSERT INTO "post_tag" VALUES (12, 4, 0, '2021-03-28 01:30:00.000000');
INSERT INTO "post_tag" VALUES (13, 5, 0, '1969-07-20 20:17:40.000000');
INSERT INTO "post_tag" VALUES (13, 6, 1, '1969-07-20 20:17:40.000000');
INSERT INTO "post_tag" VALUES (14, 1, 0, '2022-03-03 00:00:00.000000');
INSERT INTO "post_tag" VALUES (15, 2, 0, '2020-02-29 23:30:00.000000');
INSERT INTO "post_tag" VALUES (15, 7, 1, '2020-02-29 23:30:00.000000');
INSERT INTO "post_tag" VALUES (15, 8, 2, '2020-02-29 23:30:00.000000');
INSERT INTO "post_tag" VALUES (15, 9, 3, '2020-02-29 23:30:00.000000');
INSERT INTO "post_tag" VALUES (16, 10, 0, '2026-06-01 06:00:00.000000');
INSERT INTO "post_tag" VALUES (17, 2, 0, NULL);
INSERT INTO "post_tag" VALUES (2, 1, 0, '2022-05-05 00:00:00.000000');
INSERT INTO "post_tag" VALUES (3, 2, 0, NULL);
INSERT INTO "post_tag" VALUES (4, 3, 0, NULL);
INSERT INTO "post_tag" VALUES (5, 1, 0, '2022-04-04 00:00:00.000000');
INSERT INTO "post_tag" VALUES (6, 2, 0, '2022-10-30 00:30:00.000000');
INSERT INTO "post_tag" VALUES (7, 1, 0, '2023-01-01 12:00:00.000000');
INSERT INTO "post_tag" VALUES (8, 1, 0, '2023-02-01 12:00:00.000000');
INSERT INTO "post_tag" VALUES (9, 1, 0, '2023-03-01 12:00:00.000000');
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
INSERT INTO "schema_version" VALUES ('0004');
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
	changed_at DATETIME NOT NULL, made_by VARCHAR DEFAULT '' NOT NULL, hubs JSON DEFAULT '[]' NOT NULL, guid VARCHAR DEFAULT '' NOT NULL, fediverse VARCHAR DEFAULT '' NOT NULL, atproto_did VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "site" VALUES (1, 'Rivers & Bridges', 'Essays, mostly “wet”', 'en', 'Europe/Berlin', '#0a7d4f', 'Ana Ríos', 'Written at the *waterside*.', '[{"name": "Mastodon", "address": "https://mastodon.social/@ana"}, {"name": "E-mail", "address": "mailto:ana@example.org"}]', '["x", "facebook", "linkedin", "bluesky", "mastodon", "threads", "reddit", "whatsapp", "telegram", "email"]', 0, NULL, 54, 54, '2026-03-01 10:00:03.000000', '', '["https://hub.example/"]', '1bcccea6-9676-4e61-96c6-e9c92d99bf35', '@ana@mastodon.social', '');
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
CREATE TABLE tally (
	scope VARCHAR NOT NULL, 
	month VARCHAR NOT NULL, 
	posts INTEGER NOT NULL, 
	PRIMARY KEY (scope, month)
)
 WITHOUT ROWID

;
INSERT INTO "tally" VALUES ('all', '', 13);
INSERT INTO "tally" VALUES ('all', '1969-07', 1);
INSERT INTO "tally" VALUES ('all', '2020-02', 1);
INSERT INTO "tally" VALUES ('all', '2021-03', 1);
INSERT INTO "tally" VALUES ('all', '2022-02', 0);
INSERT INTO "tally" VALUES ('all', '2022-03', 1);
INSERT INTO "tally" VALUES ('all', '2022-04', 1);
INSERT INTO "tally" VALUES ('all', '2022-05', 1);
INSERT INTO "tally" VALUES ('all', '2022-10', 1);
INSERT INTO "tally" VALUES ('all', '2023-01', 1);
INSERT INTO "tally" VALUES ('all', '2023-02', 1);
INSERT INTO "tally" VALUES ('all', '2023-03', 1);
INSERT INTO "tally" VALUES ('all', '2023-04', 1);
INSERT INTO "tally" VALUES ('all', '2023-05', 1);
INSERT INTO "tally" VALUES ('all', '2026-06', 1);
INSERT INTO "tally" VALUES ('author:0', '', 11);
INSERT INTO "tally" VALUES ('author:0', '1969-07', 1);
INSERT INTO "tally" VALUES ('author:0', '2021-03', 1);
INSERT INTO "tally" VALUES ('author:0', '2022-02', 0);
INSERT INTO "tally" VALUES ('author:0', '2022-03', 1);
INSERT INTO "tally" VALUES ('author:0', '2022-04', 1);
INSERT INTO "tally" VALUES ('author:0', '2022-05', 1);
INSERT INTO "tally" VALUES ('author:0', '2023-01', 1);
INSERT INTO "tally" VALUES ('author:0', '2023-02', 1);
INSERT INTO "tally" VALUES ('author:0', '2023-03', 1);
INSERT INTO "tally" VALUES ('author:0', '2023-04', 1);
INSERT INTO "tally" VALUES ('author:0', '2023-05', 1);
INSERT INTO "tally" VALUES ('author:0', '2026-06', 1);
INSERT INTO "tally" VALUES ('author:2', '', 2);
INSERT INTO "tally" VALUES ('author:2', '2020-02', 1);
INSERT INTO "tally" VALUES ('author:2', '2022-10', 1);
INSERT INTO "tally" VALUES ('tag:1', '', 8);
INSERT INTO "tally" VALUES ('tag:1', '2022-03', 1);
INSERT INTO "tally" VALUES ('tag:1', '2022-04', 1);
INSERT INTO "tally" VALUES ('tag:1', '2022-05', 1);
INSERT INTO "tally" VALUES ('tag:1', '2023-01', 1);
INSERT INTO "tally" VALUES ('tag:1', '2023-02', 1);
INSERT INTO "tally" VALUES ('tag:1', '2023-03', 1);
INSERT INTO "tally" VALUES ('tag:1', '2023-04', 1);
INSERT INTO "tally" VALUES ('tag:1', '2023-05', 1);
INSERT INTO "tally" VALUES ('tag:10', '', 1);
INSERT INTO "tally" VALUES ('tag:10', '2026-06', 1);
INSERT INTO "tally" VALUES ('tag:2', '', 3);
INSERT INTO "tally" VALUES ('tag:2', '2020-02', 1);
INSERT INTO "tally" VALUES ('tag:2', '2021-03', 1);
INSERT INTO "tally" VALUES ('tag:2', '2022-02', 0);
INSERT INTO "tally" VALUES ('tag:2', '2022-10', 1);
INSERT INTO "tally" VALUES ('tag:4', '', 1);
INSERT INTO "tally" VALUES ('tag:4', '2021-03', 1);
INSERT INTO "tally" VALUES ('tag:5', '', 1);
INSERT INTO "tally" VALUES ('tag:5', '1969-07', 1);
INSERT INTO "tally" VALUES ('tag:6', '', 1);
INSERT INTO "tally" VALUES ('tag:6', '1969-07', 1);
INSERT INTO "tally" VALUES ('tag:7', '', 1);
INSERT INTO "tally" VALUES ('tag:7', '2020-02', 1);
INSERT INTO "tally" VALUES ('tag:8', '', 1);
INSERT INTO "tally" VALUES ('tag:8', '2020-02', 1);
INSERT INTO "tally" VALUES ('tag:9', '', 1);
INSERT INTO "tally" VALUES ('tag:9', '2020-02', 1);
CREATE INDEX ix_redirect_post_id ON redirect (post_id);
CREATE INDEX ix_revision_post_id ON revision (post_id);
CREATE UNIQUE INDEX outbox_waiting ON outbox (kind, target, about, not_before) WHERE done_at IS NULL;
CREATE INDEX page_named ON post (unlisted, deleted_at, title) WHERE kind = 'page';
CREATE UNIQUE INDEX post_by_slug ON post (kind, slug);
CREATE INDEX post_listed ON post (kind, unlisted, deleted_at, published_at, id, updated_at);
CREATE INDEX post_public ON post (deleted_at, published_at);
CREATE INDEX post_renderer ON post (renderer);
CREATE INDEX post_signed ON post (author_id, kind, unlisted, deleted_at, published_at, id);
CREATE INDEX post_tag_listed ON post_tag (tag_id, listed_at, post_id);
CREATE TRIGGER outbox_card_insert AFTER INSERT ON post WHEN NEW.published_at IS NOT NULL AND NEW.deleted_at IS NULL BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'card', '', 'post:' || NEW.id, CASE WHEN NEW.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN NEW.published_at ELSE '1970-01-01 00:00:00.000000' END WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1; END;
CREATE TRIGGER outbox_card_site AFTER UPDATE OF title, tagline, language, accent, author, timezone ON site WHEN (OLD.title, OLD.tagline, OLD.language, OLD.accent, OLD.author, OLD.timezone) IS NOT (NEW.title, NEW.tagline, NEW.language, NEW.accent, NEW.author, NEW.timezone) BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'card', '', 'site', CASE WHEN '' > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN '' ELSE '1970-01-01 00:00:00.000000' END WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1; END;
CREATE TRIGGER outbox_card_update AFTER UPDATE OF title, slug, language, cover, author_id, kind, published_at, deleted_at ON post WHEN NEW.published_at IS NOT NULL AND NEW.deleted_at IS NULL AND (OLD.title, OLD.slug, OLD.language, OLD.cover, OLD.author_id, OLD.kind, OLD.published_at, OLD.deleted_at) IS NOT (NEW.title, NEW.slug, NEW.language, NEW.cover, NEW.author_id, NEW.kind, NEW.published_at, NEW.deleted_at) BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'card', '', 'post:' || NEW.id, CASE WHEN NEW.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN NEW.published_at ELSE '1970-01-01 00:00:00.000000' END WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1; END;
CREATE TRIGGER outbox_post_delete AFTER DELETE ON post WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND OLD.kind = 'post' AND NOT OLD.unlisted AND OLD.deleted_at IS NULL AND OLD.published_at IS NOT NULL AND OLD.published_at <= strftime('%Y-%m-%d %H:%M:%f999', 'now') BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN OLD.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN OLD.published_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'all' AS about UNION ALL SELECT 'author:' || OLD.author_id WHERE OLD.author_id IS NOT NULL UNION ALL SELECT 'tag:' || tag_id FROM post_tag WHERE post_id = OLD.id) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_post_delete_later AFTER DELETE ON post WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND OLD.kind = 'post' AND NOT OLD.unlisted AND OLD.deleted_at IS NULL AND OLD.published_at IS NOT NULL AND OLD.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') BEGIN DELETE FROM outbox WHERE done_at IS NULL AND kind = 'websub' AND not_before = OLD.published_at AND NOT EXISTS (SELECT 1 FROM post WHERE published_at = OLD.published_at AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL); END;
CREATE TRIGGER outbox_post_insert AFTER INSERT ON post WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND NEW.kind = 'post' AND NOT NEW.unlisted AND NEW.deleted_at IS NULL AND NEW.published_at IS NOT NULL AND TRUE BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN NEW.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN NEW.published_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'all' AS about UNION ALL SELECT 'author:' || NEW.author_id WHERE NEW.author_id IS NOT NULL UNION ALL SELECT 'tag:' || tag_id FROM post_tag WHERE post_id = NEW.id) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_post_tag_delete AFTER DELETE ON post_tag WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND OLD.listed_at IS NOT NULL AND OLD.listed_at <= strftime('%Y-%m-%d %H:%M:%f999', 'now') BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN OLD.listed_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN OLD.listed_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'tag:' || OLD.tag_id AS about UNION ALL SELECT 'all' UNION ALL SELECT 'author:' || author_id FROM post WHERE id = OLD.post_id AND author_id IS NOT NULL) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_post_tag_update_new AFTER UPDATE OF listed_at ON post_tag WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND NEW.listed_at IS NOT NULL AND (OLD.listed_at) IS NOT (NEW.listed_at) BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN NEW.listed_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN NEW.listed_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'tag:' || NEW.tag_id AS about UNION ALL SELECT 'all' UNION ALL SELECT 'author:' || author_id FROM post WHERE id = NEW.post_id AND author_id IS NOT NULL) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_post_tag_update_old AFTER UPDATE OF listed_at ON post_tag WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND OLD.listed_at IS NOT NULL AND OLD.listed_at <= strftime('%Y-%m-%d %H:%M:%f999', 'now') AND (OLD.listed_at) IS NOT (NEW.listed_at) BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN OLD.listed_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN OLD.listed_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'tag:' || OLD.tag_id AS about UNION ALL SELECT 'all' UNION ALL SELECT 'author:' || author_id FROM post WHERE id = OLD.post_id AND author_id IS NOT NULL) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_post_update_later AFTER UPDATE OF published_at, kind, unlisted, deleted_at ON post WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND OLD.kind = 'post' AND NOT OLD.unlisted AND OLD.deleted_at IS NULL AND OLD.published_at IS NOT NULL AND OLD.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') BEGIN DELETE FROM outbox WHERE done_at IS NULL AND kind = 'websub' AND not_before = OLD.published_at AND NOT EXISTS (SELECT 1 FROM post WHERE published_at = OLD.published_at AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL); END;
CREATE TRIGGER outbox_post_update_new AFTER UPDATE OF title, slug, summary, language, feed_html, cover, author_id, kind, unlisted, published_at, updated_at, deleted_at ON post WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND NEW.kind = 'post' AND NOT NEW.unlisted AND NEW.deleted_at IS NULL AND NEW.published_at IS NOT NULL AND (OLD.title, OLD.slug, OLD.summary, OLD.language, OLD.feed_html, OLD.cover, OLD.author_id, OLD.kind, OLD.unlisted, OLD.published_at, OLD.updated_at, OLD.deleted_at) IS NOT (NEW.title, NEW.slug, NEW.summary, NEW.language, NEW.feed_html, NEW.cover, NEW.author_id, NEW.kind, NEW.unlisted, NEW.published_at, NEW.updated_at, NEW.deleted_at) BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN NEW.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN NEW.published_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'all' AS about UNION ALL SELECT 'author:' || NEW.author_id WHERE NEW.author_id IS NOT NULL UNION ALL SELECT 'tag:' || tag_id FROM post_tag WHERE post_id = NEW.id) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_post_update_old AFTER UPDATE OF title, slug, summary, language, feed_html, cover, author_id, kind, unlisted, published_at, updated_at, deleted_at ON post WHEN EXISTS (SELECT 1 FROM site WHERE hubs <> '[]') AND OLD.kind = 'post' AND NOT OLD.unlisted AND OLD.deleted_at IS NULL AND OLD.published_at IS NOT NULL AND OLD.published_at <= strftime('%Y-%m-%d %H:%M:%f999', 'now') AND (OLD.title, OLD.slug, OLD.summary, OLD.language, OLD.feed_html, OLD.cover, OLD.author_id, OLD.kind, OLD.unlisted, OLD.published_at, OLD.updated_at, OLD.deleted_at) IS NOT (NEW.title, NEW.slug, NEW.summary, NEW.language, NEW.feed_html, NEW.cover, NEW.author_id, NEW.kind, NEW.unlisted, NEW.published_at, NEW.updated_at, NEW.deleted_at) BEGIN INSERT INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, CASE WHEN OLD.published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') THEN OLD.published_at ELSE '1970-01-01 00:00:00.000000' END FROM site, json_each(site.hubs) AS hub, (SELECT 'all' AS about UNION ALL SELECT 'author:' || OLD.author_id WHERE OLD.author_id IS NOT NULL UNION ALL SELECT 'tag:' || tag_id FROM post_tag WHERE post_id = OLD.id) AS scope WHERE TRUE ON CONFLICT (kind, target, about, not_before) WHERE done_at IS NULL DO UPDATE SET changes = changes + 1, attempts = 0, retry_at = NULL, answer = ''; END;
CREATE TRIGGER outbox_site_hubs AFTER UPDATE OF hubs ON site WHEN OLD.hubs <> NEW.hubs BEGIN DELETE FROM outbox WHERE done_at IS NULL AND kind = 'websub' AND target NOT IN (SELECT value FROM json_each(NEW.hubs)); INSERT OR IGNORE INTO outbox (kind, target, about, not_before) SELECT 'websub', hub.value, scope.about, scope.moment FROM json_each(NEW.hubs) AS hub, (SELECT 'all' AS about, published_at AS moment FROM post WHERE post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL AND published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') UNION SELECT 'author:' || author_id, published_at FROM post WHERE post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL AND published_at > strftime('%Y-%m-%d %H:%M:%f999', 'now') AND author_id IS NOT NULL UNION SELECT 'tag:' || tag_id, listed_at FROM post_tag WHERE listed_at > strftime('%Y-%m-%d %H:%M:%f999', 'now')) AS scope; END;
CREATE TRIGGER public_media_delete AFTER DELETE ON media BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_media_update AFTER UPDATE ON media BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_person_delete AFTER DELETE ON person BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_person_update AFTER UPDATE OF name, slug ON person BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_delete AFTER DELETE ON post WHEN OLD.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_insert AFTER INSERT ON post WHEN NEW.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_delete AFTER DELETE ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_insert AFTER INSERT ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = NEW.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_update AFTER UPDATE OF post_id, tag_id, position ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.published_at IS NOT NULL) OR EXISTS (SELECT 1 FROM post WHERE post.id = NEW.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_update AFTER UPDATE ON post WHEN OLD.published_at IS NOT NULL OR NEW.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_delete AFTER DELETE ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_insert AFTER INSERT ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_update AFTER UPDATE ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_site_update AFTER UPDATE OF title, tagline, language, timezone, accent, author, footer, follow, networks, hubs, fediverse, atproto_did, foreign_media, guid ON site BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_tag_delete AFTER DELETE ON tag BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_tag_update AFTER UPDATE ON tag BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER tally_post_delete AFTER DELETE ON post WHEN OLD.kind = 'post' AND NOT OLD.unlisted AND OLD.deleted_at IS NULL AND OLD.published_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('all', substr(OLD.published_at, 1, 7), -1), ('all', '', -1), ('author:' || coalesce(OLD.author_id, 0), substr(OLD.published_at, 1, 7), -1), ('author:' || coalesce(OLD.author_id, 0), '', -1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_insert AFTER INSERT ON post WHEN NEW.kind = 'post' AND NOT NEW.unlisted AND NEW.deleted_at IS NULL AND NEW.published_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('all', substr(NEW.published_at, 1, 7), 1), ('all', '', 1), ('author:' || coalesce(NEW.author_id, 0), substr(NEW.published_at, 1, 7), 1), ('author:' || coalesce(NEW.author_id, 0), '', 1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_tag_delete AFTER DELETE ON post_tag WHEN OLD.listed_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('tag:' || OLD.tag_id, substr(OLD.listed_at, 1, 7), -1), ('tag:' || OLD.tag_id, '', -1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_tag_insert AFTER INSERT ON post_tag WHEN NEW.listed_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('tag:' || NEW.tag_id, substr(NEW.listed_at, 1, 7), 1), ('tag:' || NEW.tag_id, '', 1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_tag_insert_date AFTER INSERT ON post_tag BEGIN UPDATE post_tag SET listed_at = (SELECT published_at FROM post WHERE post.id = post_tag.post_id AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL) WHERE post_id = NEW.post_id AND tag_id = NEW.tag_id AND listed_at IS NOT (SELECT published_at FROM post WHERE post.id = post_tag.post_id AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL); END;
CREATE TRIGGER tally_post_tag_update_date AFTER UPDATE OF post_id ON post_tag BEGIN UPDATE post_tag SET listed_at = (SELECT published_at FROM post WHERE post.id = post_tag.post_id AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL) WHERE post_id = NEW.post_id AND tag_id = NEW.tag_id AND listed_at IS NOT (SELECT published_at FROM post WHERE post.id = post_tag.post_id AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL); END;
CREATE TRIGGER tally_post_tag_update_new AFTER UPDATE OF tag_id, listed_at ON post_tag WHEN NEW.listed_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('tag:' || NEW.tag_id, substr(NEW.listed_at, 1, 7), 1), ('tag:' || NEW.tag_id, '', 1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_tag_update_old AFTER UPDATE OF tag_id, listed_at ON post_tag WHEN OLD.listed_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('tag:' || OLD.tag_id, substr(OLD.listed_at, 1, 7), -1), ('tag:' || OLD.tag_id, '', -1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_update_date AFTER UPDATE OF kind, unlisted, deleted_at, published_at, author_id ON post BEGIN UPDATE post_tag SET listed_at = (SELECT published_at FROM post WHERE post.id = post_tag.post_id AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL) WHERE post_id = NEW.id AND listed_at IS NOT (SELECT published_at FROM post WHERE post.id = post_tag.post_id AND post.kind = 'post' AND NOT post.unlisted AND post.deleted_at IS NULL AND post.published_at IS NOT NULL); END;
CREATE TRIGGER tally_post_update_new AFTER UPDATE OF kind, unlisted, deleted_at, published_at, author_id ON post WHEN NEW.kind = 'post' AND NOT NEW.unlisted AND NEW.deleted_at IS NULL AND NEW.published_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('all', substr(NEW.published_at, 1, 7), 1), ('all', '', 1), ('author:' || coalesce(NEW.author_id, 0), substr(NEW.published_at, 1, 7), 1), ('author:' || coalesce(NEW.author_id, 0), '', 1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
CREATE TRIGGER tally_post_update_old AFTER UPDATE OF kind, unlisted, deleted_at, published_at, author_id ON post WHEN OLD.kind = 'post' AND NOT OLD.unlisted AND OLD.deleted_at IS NULL AND OLD.published_at IS NOT NULL BEGIN INSERT INTO tally (scope, month, posts) VALUES ('all', substr(OLD.published_at, 1, 7), -1), ('all', '', -1), ('author:' || coalesce(OLD.author_id, 0), substr(OLD.published_at, 1, 7), -1), ('author:' || coalesce(OLD.author_id, 0), '', -1) ON CONFLICT (scope, month) DO UPDATE SET posts = posts + excluded.posts; END;
COMMIT;
