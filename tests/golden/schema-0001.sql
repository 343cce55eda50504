BEGIN TRANSACTION;
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
INSERT INTO "person" VALUES(1,'Ana Lind','ana-lind',NULL,NULL,'2026-11-22 17:41:57.581464');
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
INSERT INTO "post" VALUES(1,'2fcad825-2860-4eec-b78f-a9f0006e4c0b','post','on-rivers','On rivers','',NULL,1,NULL,0,NULL,1,'2026-11-22 17:41:57.599973','2019-12-31 23:30:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,5,'The text of On rivers.',1,'The text of On rivers.','<p>The text of On rivers.</p>
','<p>The text of On rivers.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(2,'5f082fec-aa83-4943-9535-d3b44059d121','post','on-hills','On hills','',NULL,NULL,NULL,0,NULL,1,'2026-11-22 17:41:57.612273','2020-01-01 00:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,5,'The text of On hills.',1,'The text of On hills.','<p>The text of On hills.</p>
','<p>The text of On hills.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(3,'0b6007e9-e2c4-4974-a1b7-4ed7bacd7259','post','on-seas','On seas','',NULL,NULL,NULL,0,NULL,1,'2026-11-22 17:41:57.617471','2020-01-15 08:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,5,'The text of On seas.',1,'The text of On seas.','<p>The text of On seas.</p>
','<p>The text of On seas.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(4,'aa5a8145-8603-4b05-8067-8450c8311054','post','scheduled','Scheduled','',NULL,1,NULL,0,NULL,1,'2026-11-22 17:41:57.623253','2999-01-01 00:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,4,'The text of Scheduled.',1,'The text of Scheduled.','<p>The text of Scheduled.</p>
','<p>The text of Scheduled.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(5,'1d38517c-dfb9-4584-b57c-ae254b0fb3f3','post','draft','Draft','',NULL,NULL,NULL,0,NULL,1,'2026-11-22 17:41:57.628247',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,4,'The text of Draft.',1,'The text of Draft.','<p>The text of Draft.</p>
','<p>The text of Draft.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(6,'434fd9fd-6112-4875-939b-9b2bdf73efbd','post','unlisted','Unlisted','',NULL,NULL,NULL,1,NULL,1,'2026-11-22 17:41:57.633983','2020-01-02 00:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,4,'The text of Unlisted.',1,'The text of Unlisted.','<p>The text of Unlisted.</p>
','<p>The text of Unlisted.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(7,'27e1369b-f496-48e9-98ae-826ada3d6b56','post','deleted','Deleted','',NULL,NULL,NULL,0,NULL,2,'2026-11-22 17:41:57.639454','2020-01-03 00:00:00.000000','2020-01-03 00:00:00.000000',NULL,'2026-11-22 17:41:57.643805',NULL,NULL,NULL,NULL,4,'The text of Deleted.',1,'The text of Deleted.','<p>The text of Deleted.</p>
','<p>The text of Deleted.</p>
','[]','[]','[]');
INSERT INTO "post" VALUES(8,'5fa5bbf6-cd37-40f6-a7c5-be6fe4bb8d15','page','about','About','',NULL,NULL,NULL,0,NULL,1,'2026-11-22 17:41:57.648765','2020-01-04 00:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,NULL,4,'The text of About.',1,'The text of About.','<p>The text of About.</p>
','<p>The text of About.</p>
','[]','[]','[]');
CREATE TABLE post_tag (
	post_id INTEGER NOT NULL,
	tag_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	PRIMARY KEY (post_id, tag_id),
	FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE,
	FOREIGN KEY(tag_id) REFERENCES tag (id) ON DELETE CASCADE
);
INSERT INTO "post_tag" VALUES(1,1,0);
INSERT INTO "post_tag" VALUES(1,2,1);
INSERT INTO "post_tag" VALUES(2,2,0);
INSERT INTO "post_tag" VALUES(3,1,0);
INSERT INTO "post_tag" VALUES(3,3,1);
INSERT INTO "post_tag" VALUES(4,1,0);
INSERT INTO "post_tag" VALUES(5,4,0);
INSERT INTO "post_tag" VALUES(6,1,0);
INSERT INTO "post_tag" VALUES(7,1,0);
CREATE TABLE redirect (
	path VARCHAR NOT NULL,
	post_id INTEGER,
	target VARCHAR,
	created_at DATETIME NOT NULL,
	PRIMARY KEY (path),
	CONSTRAINT one_target CHECK (post_id IS NULL OR target IS NULL),
	FOREIGN KEY(post_id) REFERENCES post (id) ON DELETE CASCADE
);
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
CREATE TABLE schema_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT schema_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "schema_version" VALUES('0001');
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
INSERT INTO "site" VALUES(1,'Broadsheet','','en','UTC','#9b2d1f','Editor','','[]','["x", "facebook", "linkedin", "bluesky", "mastodon", "threads", "reddit", "whatsapp", "telegram", "email"]',0,NULL,17,17,'2026-11-22 17:42:05.000000');
CREATE TABLE tag (
	id INTEGER NOT NULL,
	name VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	PRIMARY KEY (id),
	UNIQUE ("key"),
	UNIQUE (slug)
);
INSERT INTO "tag" VALUES(1,'Rivers','rivers','rivers');
INSERT INTO "tag" VALUES(2,'Hills','hills','hills');
INSERT INTO "tag" VALUES(3,'Seas','seas','seas');
INSERT INTO "tag" VALUES(4,'Drafts','drafts','drafts');
CREATE INDEX ix_post_author_id ON post (author_id);
CREATE UNIQUE INDEX post_by_slug ON post (kind, slug);
CREATE INDEX post_listed ON post (kind, unlisted, deleted_at, published_at, id);
CREATE INDEX post_public ON post (deleted_at, published_at);
CREATE INDEX post_tag_by_tag ON post_tag (tag_id, post_id);
CREATE INDEX ix_revision_post_id ON revision (post_id);
CREATE INDEX ix_redirect_post_id ON redirect (post_id);
CREATE TRIGGER public_post_insert AFTER INSERT ON post WHEN NEW.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_update AFTER UPDATE ON post WHEN OLD.published_at IS NOT NULL OR NEW.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_delete AFTER DELETE ON post WHEN OLD.published_at IS NOT NULL BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_insert AFTER INSERT ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = NEW.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_update AFTER UPDATE ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.published_at IS NOT NULL) OR EXISTS (SELECT 1 FROM post WHERE post.id = NEW.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_post_tag_delete AFTER DELETE ON post_tag WHEN EXISTS (SELECT 1 FROM post WHERE post.id = OLD.post_id AND post.published_at IS NOT NULL) BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_insert AFTER INSERT ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_update AFTER UPDATE ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_redirect_delete AFTER DELETE ON redirect BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_tag_update AFTER UPDATE ON tag BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_tag_delete AFTER DELETE ON tag BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_media_update AFTER UPDATE ON media BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_media_delete AFTER DELETE ON media BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_person_update AFTER UPDATE OF name, slug ON person BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_person_delete AFTER DELETE ON person BEGIN UPDATE site SET public_version = public_version + 1; END;
CREATE TRIGGER public_site_update AFTER UPDATE OF title, tagline, language, timezone, accent, author, footer, follow, networks, foreign_media ON site BEGIN UPDATE site SET public_version = public_version + 1; END;
COMMIT;
