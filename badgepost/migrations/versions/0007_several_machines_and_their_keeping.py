"""several machines and their keeping: whose database this is, which processes live, mail that is let go, why a batch rests

Revision ID: 0007
Revises: 0006
"""

import secrets
import time

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('instance',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('former', sa.String(), server_default='', nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('fenced_at', sa.BigInteger(), nullable=True),
    sa.Column('fenced_because', sa.String(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    # Named from the first moment: a backup that is older than the first mail is known for what it is.
    op.execute(sa.text("INSERT INTO instance (id, name, place, epoch, changed_at) VALUES ('this', :name, '{}', 0, :now)")
               .bindparams(name=secrets.token_hex(8), now=time.time_ns() // 1000))
    op.create_table('process_pulse',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('beat_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.add_column('batch', sa.Column('stopped_because', sa.String(), server_default='', nullable=False))
    op.add_column('batch', sa.Column('counted_from', sa.String(), server_default='', nullable=False))
    op.add_column('raw_mail', sa.Column('purged_at', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('raw_mail', 'purged_at')
    op.drop_column('batch', 'counted_from')
    op.drop_column('batch', 'stopped_because')
    op.drop_table('process_pulse')
    op.drop_table('instance')
