"""Figures about a company's hiring."""
