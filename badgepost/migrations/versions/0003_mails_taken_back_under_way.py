"""mails taken back while under way; how often one was in doubt

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('message', sa.Column('doubts', sa.Integer(), server_default='0', nullable=False))
    op.add_column('message', sa.Column('withdrawn_at', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('message', 'withdrawn_at')
    op.drop_column('message', 'doubts')
