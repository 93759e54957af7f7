"""The room's calls for scripts; each does its thing through the same action as the page."""

from ninja import Router

router = Router()
