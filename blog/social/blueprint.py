"""The blueprint of the social pages."""

from flask import Blueprint

bp = Blueprint("social", __name__)
