"""Badges as documents and pictures: certificates, linked PDFs, cards for previews, images in other sizes."""
