"""What happens to a booking database when everybody comes at once?"""
