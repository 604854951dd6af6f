"""What a badge is, who holds it, who may log in. Knows nothing of mail being sent."""
