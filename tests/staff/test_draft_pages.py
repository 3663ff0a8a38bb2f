"""The draft on the pages: checked, published, compared, rolled back; entries blocked at once."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from bot.accounts import Role
from bot.drafts import Gate
from bot.going_live import GoingLive, Rules
from bot.jobs import Job, JobKind
from bot.ports import FaqVersion
from bot.publishing import Publishing
from bot.store.asked import SqlAsked
from bot.store.audit import SqlAudit
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.jobs import SqlJobs
from bot.web.staff import block_pages, draft_pages, own_pages, start_pages, version_pages
from bot.web.staff.app import staff_app
from bot.web.staff.front import Front
from intents.faq import parse_faq
from tests.fakes import NOW
from tests.review_log import asked, log
from tests.staff.room import Browser, Room
