"""the mail that comes in

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('raw_mail',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('fingerprint', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('fingerprint')
    )
    op.create_table('delivery',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('raw_mail_id', sa.String(), nullable=False),
    sa.Column('mail_from', sa.String(), nullable=False),
    sa.Column('rcpt_to', sa.String(), nullable=False),
    sa.Column('helo_name', sa.String(), nullable=False),
    sa.Column('peer_address', sa.String(), nullable=False),
    sa.Column('protocol', sa.String(), nullable=False),
    sa.Column('tls', sa.String(), nullable=True),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('header_block', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['raw_mail_id'], ['raw_mail.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_raw_mail_id'), ['raw_mail_id'], unique=False)
        batch_op.create_index('ix_delivery_waiting', ['received_at'], unique=False, sqlite_where=sa.text("state = 'received'"), postgresql_where=sa.text("state = 'received'"))


def downgrade() -> None:
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_waiting', sqlite_where=sa.text("state = 'received'"), postgresql_where=sa.text("state = 'received'"))
        batch_op.drop_index(batch_op.f('ix_delivery_raw_mail_id'))

    op.drop_table('delivery')
    op.drop_table('raw_mail')
