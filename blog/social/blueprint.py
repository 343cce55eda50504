"""What all addresses of this face share."""

from flask import Blueprint

bp = Blueprint("social", __name__)
